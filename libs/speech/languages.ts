/**
 * The languages Whisper was trained on: code → English name, as whisper.cpp's `g_lang` has them (`jw` there is `jv` here, its
 * ISO-639-1 code).
 */
export const WHISPER_LANGUAGES: Readonly<Record<string, string>> = {
  en: 'english',
  zh: 'chinese',
  de: 'german',
  es: 'spanish',
  ru: 'russian',
  ko: 'korean',
  fr: 'french',
  ja: 'japanese',
  pt: 'portuguese',
  tr: 'turkish',
  pl: 'polish',
  ca: 'catalan',
  nl: 'dutch',
  ar: 'arabic',
  sv: 'swedish',
  it: 'italian',
  id: 'indonesian',
  hi: 'hindi',
  fi: 'finnish',
  vi: 'vietnamese',
  he: 'hebrew',
  uk: 'ukrainian',
  el: 'greek',
  ms: 'malay',
  cs: 'czech',
  ro: 'romanian',
  da: 'danish',
  hu: 'hungarian',
  ta: 'tamil',
  no: 'norwegian',
  th: 'thai',
  ur: 'urdu',
  hr: 'croatian',
  bg: 'bulgarian',
  lt: 'lithuanian',
  la: 'latin',
  mi: 'maori',
  ml: 'malayalam',
  cy: 'welsh',
  sk: 'slovak',
  te: 'telugu',
  fa: 'persian',
  lv: 'latvian',
  bn: 'bengali',
  sr: 'serbian',
  az: 'azerbaijani',
  sl: 'slovenian',
  kn: 'kannada',
  et: 'estonian',
  mk: 'macedonian',
  br: 'breton',
  eu: 'basque',
  is: 'icelandic',
  hy: 'armenian',
  ne: 'nepali',
  mn: 'mongolian',
  bs: 'bosnian',
  kk: 'kazakh',
  sq: 'albanian',
  sw: 'swahili',
  gl: 'galician',
  mr: 'marathi',
  pa: 'punjabi',
  si: 'sinhala',
  km: 'khmer',
  sn: 'shona',
  yo: 'yoruba',
  so: 'somali',
  af: 'afrikaans',
  oc: 'occitan',
  ka: 'georgian',
  be: 'belarusian',
  tg: 'tajik',
  sd: 'sindhi',
  gu: 'gujarati',
  am: 'amharic',
  yi: 'yiddish',
  lo: 'lao',
  uz: 'uzbek',
  fo: 'faroese',
  ht: 'haitian creole',
  ps: 'pashto',
  tk: 'turkmen',
  nn: 'nynorsk',
  mt: 'maltese',
  sa: 'sanskrit',
  lb: 'luxembourgish',
  my: 'myanmar',
  bo: 'tibetan',
  tl: 'tagalog',
  mg: 'malagasy',
  as: 'assamese',
  tt: 'tatar',
  haw: 'hawaiian',
  ln: 'lingala',
  ha: 'hausa',
  ba: 'bashkir',
  jv: 'javanese',
  su: 'sundanese',
  yue: 'cantonese',
};

/** Every language we know: code → English name, as people write it. */
export function languageNames(): Record<string, string> {
  const capital = (name: string): string => name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(WHISPER_LANGUAGES).map(([code, name]) => [code, capital(name)]));
}

/** Other names providers use for the same languages (OpenAI's tokenizer aliases). */
const ALIASES: Readonly<Record<string, string>> = {
  burmese: 'my',
  valencian: 'ca',
  flemish: 'nl',
  haitian: 'ht',
  letzeburgesch: 'lb',
  pushto: 'ps',
  panjabi: 'pa',
  moldavian: 'ro',
  moldovan: 'ro',
  sinhalese: 'si',
  castilian: 'es',
  mandarin: 'zh',
  jw: 'jv',
  fil: 'tl',
  nb: 'no',
};

const CODE_OF_NAME = new Map([
  ...Object.entries(WHISPER_LANGUAGES).map(([code, name]) => [name, code] as const),
  ...Object.entries(ALIASES),
]);

/**
 * The code of a language a provider names in its own way: 'english', 'en', 'en-US', 'eng'.
 * @returns ISO-639-1 (639-3 for the few without), or undefined when the text is no language we know
 */
export function languageCode(text: string | null | undefined): string | undefined {
  const lower = text?.trim().toLowerCase() ?? '';
  const [first = ''] = lower.split(/[-_]/);
  const primary = shortest(first);
  return (
    CODE_OF_NAME.get(lower) ?? CODE_OF_NAME.get(primary) ?? (Object.hasOwn(WHISPER_LANGUAGES, primary) ? primary : undefined)
  );
}

/** The two letters for the three of ISO 639-2 and 639-3, both `ger` and `deu`: Node brings the list (CLDR). */
function shortest(primary: string): string {
  return /^[a-z]{3}$/.test(primary) ? new Intl.Locale(primary).language : primary;
}
