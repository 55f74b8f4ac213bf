const ACCOUNT = { email: 'bench@example.com', password: 'a long sentence is a good password', name: 'Bench' };

/** Makes the account of a bench. */
export async function registerAccount(origin: string): Promise<{ token: string; workspaceId: string }> {
  const response = await fetch(`${origin}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ACCOUNT),
  });
  if (response.status !== 201) throw new Error(`Could not register: ${await response.text()}`);
  const { accessToken, workspace } = (await response.json()) as { accessToken: string; workspace: { id: string } };
  return { token: accessToken, workspaceId: workspace.id };
}
