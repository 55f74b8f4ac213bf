import { defineErrors } from '#errors';

/** Errors of choosing who transcribes. */
export const speechErrors = defineErrors({
  unknown_model: {
    kind: 'unprocessable',
    title: 'No such speech model',
    example: 'openai has no model "whisper-9". Use one of: whisper-1, gpt-4o-transcribe.',
  },
  provider_not_configured: {
    kind: 'unprocessable',
    title: 'The speech provider is not configured',
    example: 'groq is not configured on this server: its operator sets GROQ_API_KEY. Available: openai, local.',
  },
  contradictory_choice: {
    kind: 'unprocessable',
    title: 'The engine is chosen in two ways',
    example:
      'The order says both provider and policy. Name an engine with provider and model, or let policy or order choose: one of the three.',
  },
  language_not_supported: {
    kind: 'unprocessable',
    title: 'The model does not speak this language',
    example: 'pocketsphinx of local does not take the language "de", only: en. These models do: openai/whisper-1.',
  },
  diarization_not_supported: {
    kind: 'unprocessable',
    title: 'The model cannot tell speakers apart',
    example: 'whisper-1 of openai does not tell speakers apart. These models do: openai/gpt-4o-transcribe-diarize.',
  },
  translation_not_supported: {
    kind: 'unprocessable',
    title: 'The model cannot translate',
    example: 'gpt-4o-transcribe of openai does not translate. These models do: openai/whisper-1, groq/whisper-large-v3.',
  },
  no_speech_engine: {
    kind: 'unavailable',
    title: 'No speech engine is set up',
    example:
      'No speech engine is set up. Set OPENAI_API_KEY, GROQ_API_KEY or the key of another provider, or run: npm run model -- base',
  },
});
