const ACCOUNT = { password: 'a long sentence is a good password', name: 'Bench' };

/** Makes an account of a bench, with a workspace of its own. */
export async function registerAccount(
  origin: string,
  email = 'bench@example.com',
): Promise<{ token: string; workspaceId: string }> {
  const response = await fetch(`${origin}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ACCOUNT, email }),
  });
  if (response.status !== 201) throw new Error(`Could not register: ${await response.text()}`);
  const { accessToken, workspace } = (await response.json()) as { accessToken: string; workspace: { id: string } };
  return { token: accessToken, workspaceId: workspace.id };
}

/** Uploads a recording of an account. @returns its id */
export async function uploadSound(origin: string, token: string, sound: Blob, name: string): Promise<string> {
  const form = new FormData();
  form.set('file', sound, name);
  const response = await fetch(`${origin}/api/v1/audio/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  if (!response.ok) throw new Error(`Could not upload ${name}: ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}
