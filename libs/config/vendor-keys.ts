/** Vendors the installation may have keys of, and the variable that holds them. */
const KEY_VARIABLES = {
  openai: 'OPENAI_API_KEY',
  groq: 'GROQ_API_KEY',
  gemini: 'GEMINI_API_KEY',
  elevenlabs: 'ELEVENLABS_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  huggingface: 'HUGGINGFACE_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
} as const;
export type VendorId = keyof typeof KEY_VARIABLES;
export const VENDOR_IDS = Object.keys(KEY_VARIABLES) as readonly VendorId[];

/** How much a vendor lets one key do in a day; what is not set has no end. */
export interface KeyCapacity {
  calls?: number;
  /** Of sound. */
  seconds?: number;
}

const NUMBERED = /^(\w+_API_KEY)_(\d{1,3})$/;
/** `groq=2000/28800`: calls, and seconds of sound; either may be missing. */
export const KEY_CAPACITY_SETTING = new RegExp(`^(${Object.keys(KEY_VARIABLES).join('|')})=(\\d{1,9})?(/\\d{1,9})?$`);

/** How many calls at once there may be with one key at first, and at most. */
export interface KeyCalls {
  start: number;
  most: number;
}

/** `groq=4/16`: at first, and at most. */
export const KEY_CALLS_SETTING = new RegExp(`^(${Object.keys(KEY_VARIABLES).join('|')})=[1-9]\\d{0,2}/[1-9]\\d{0,2}$`);

/**
 * Several keys of one vendor: `GROQ_API_KEY=a,b`, or `GROQ_API_KEY_1=a` and so on, or both.
 * @param known names of the variables there are
 * @returns for each variable with numbered ones beside it, all its keys, comma-separated
 */
export function joinNumberedKeys(
  source: Readonly<Record<string, string | undefined>>,
  known: ReadonlySet<string>,
): Record<string, string> {
  const numbered = Object.entries(source).flatMap(([name, value]) => {
    const [, base = '', number = ''] = NUMBERED.exec(name) ?? [];
    return known.has(base) && value?.trim() ? [{ base, number: Number(number), value }] : [];
  });
  const inOrder = numbered.toSorted((a, b) => a.number - b.number);
  const joined = Map.groupBy(inOrder, ({ base }) => base);
  return Object.fromEntries(
    [...joined].map(([base, keys]) => [base, [source[base] ?? '', ...keys.map(({ value }) => value)].join(',')]),
  );
}

/** The keys a variable holds, each once. */
export function keysIn(value: string | undefined): string[] {
  const keys = (value ?? '').split(',').map((key) => key.trim());
  return [...new Set(keys.filter((key) => key !== ''))];
}

/** Every vendor's keys. */
export function vendorKeysOf(env: Partial<Record<(typeof KEY_VARIABLES)[VendorId], string>>): Record<VendorId, string[]> {
  const entries = Object.entries(KEY_VARIABLES).map(([vendor, variable]) => [vendor, keysIn(env[variable])] as const);
  // As many as there are variables.
  return Object.fromEntries(entries) as Record<VendorId, string[]>;
}

/** @param settings as `KEY_CAPACITY_SETTING` says */
export function readKeyCapacities(settings: readonly string[]): Partial<Record<VendorId, KeyCapacity>> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [, vendor = '', calls, seconds] = KEY_CAPACITY_SETTING.exec(setting) ?? [];
      return [vendor, { calls: numberOf(calls), seconds: numberOf(seconds?.slice(1)) }];
    }),
  );
}

/** @param settings as `KEY_CALLS_SETTING` says */
export function readKeyCalls(settings: readonly string[]): Partial<Record<string, KeyCalls>> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [vendor = '', start, most] = setting.split(/[=/]/);
      return [vendor, { start: Number(start), most: Number(most) }];
    }),
  );
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
