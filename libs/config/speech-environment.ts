import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, MaxLength, Min } from 'class-validator';
import { LanguageEnvironment } from './language-environment.js';
import { IsReachableHosts } from './reachable-host.js';
import { HTTP_URL } from './server-environment.js';
import { Variable } from './variable.js';
import { KEY_CALLS_SETTING, KEY_CAPACITY_SETTING } from './vendor-keys.js';

/** Recordings, where they may be fetched from, and the engines that hear them. */
export class SpeechEnvironment extends LanguageEnvironment {
  @Variable('integer', {
    group: 'Recordings',
    readBy: 'both',
    default: '500',
    description: 'Largest recording accepted, in MB (1 MB = 1 000 000 bytes).',
  })
  @IsInt()
  @Min(1)
  MAX_UPLOAD_MB = 500;

  @Variable('integer', {
    group: 'Recordings',
    readBy: 'both',
    default: '43200',
    description: 'Longest recording accepted, in seconds of sound.',
  })
  @IsInt()
  @Min(1)
  MAX_RECORDING_SECONDS = 43_200;

  @Variable('text', {
    group: 'Recordings',
    readBy: 'both',
    default: 'STENO_HOME/tmp',
    description: 'Folder for the private working directories of decoding; wants room for the largest recording.',
  })
  @IsOptional()
  @IsString()
  WORK_DIRECTORY?: string;

  @Variable('text', {
    group: 'Recordings',
    readBy: 'both',
    default: 'ffmpeg',
    description: 'The ffmpeg program, by name or path. ffprobe is looked for beside it.',
  })
  @IsString()
  FFMPEG_PATH = 'ffmpeg';

  @Variable('text', {
    group: 'Recordings',
    readBy: 'both',
    default: 'auto',
    description: 'bubblewrap around ffmpeg: auto (when it works here), required, or off.',
  })
  @IsIn(['auto', 'required', 'off'])
  FFMPEG_SANDBOX: 'auto' | 'required' | 'off' = 'auto';

  @Variable('list', {
    group: 'Outgoing',
    readBy: 'both',
    description:
      'Hosts of your own network that addresses given by users may lead to, on any port, comma-separated: names (files.internal), addresses and networks (10.1.0.0/16). A name is trusted with whatever it resolves to. Not set: the public internet alone.',
  })
  @IsOptional()
  @IsReachableHosts()
  OUTGOING_ALLOWED_HOSTS?: string[];

  @Variable('list', {
    group: 'Outgoing',
    readBy: 'both',
    default: '80,443,8080,8443',
    description: 'Ports of the public internet that addresses given by users may lead to, comma-separated.',
  })
  @IsOptional()
  @Matches(/^[1-9]\d{0,4}$/, { each: true, message: 'OUTGOING_PORTS must be a list of ports' })
  OUTGOING_PORTS?: string[];

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    description:
      'Provider used when a request names none: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Not set: the first of these that is configured.',
  })
  @IsOptional()
  @IsIn(['openai', 'groq', 'gemini', 'elevenlabs', 'openrouter', 'huggingface', 'local'])
  SPEECH_PROVIDER?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    description: "Model used when a request names none. Not set: the provider's first.",
  })
  @IsOptional()
  @IsString()
  SPEECH_MODEL?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    description:
      'How Steno chooses the engine when neither request nor workspace says: cheapest, fastest, best or private (never leaves this machine). In place of SPEECH_PROVIDER. See docs/providers.md.',
  })
  @IsOptional()
  @IsIn(['cheapest', 'fastest', 'best', 'private'])
  SPEECH_POLICY?: 'cheapest' | 'fastest' | 'best' | 'private';

  @Variable('list', {
    group: 'Speech',
    readBy: 'both',
    description:
      'Engines in the order they are to be asked in, and nobody else, comma-separated: groq/whisper-large-v3, openai, local. In place of SPEECH_PROVIDER and SPEECH_POLICY.',
  })
  @IsOptional()
  @IsString({ each: true })
  @MaxLength(150, { each: true })
  SPEECH_ORDER?: string[];

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    description:
      'JSON file that corrects the tables of speech models, or adds models to them: prices, limits, what a model can do. See docs/speech-models.md.',
  })
  @IsOptional()
  @IsString()
  SPEECH_MODELS_FILE?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    secret: true,
    description:
      'Key of OpenAI, or of the server at OPENAI_BASE_URL (any text if that server wants none). Several: comma-separated, or OPENAI_API_KEY_1, OPENAI_API_KEY_2 and so on.',
  })
  @IsOptional()
  @IsString()
  OPENAI_API_KEY?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: 'https://api.openai.com/v1',
    description: "Any server with OpenAI's audio API: whisper.cpp's server, speaches, vLLM.",
  })
  @IsUrl(HTTP_URL)
  OPENAI_BASE_URL = 'https://api.openai.com/v1';

  @Variable('list', {
    group: 'Speech',
    readBy: 'both',
    description:
      'Models served at OPENAI_BASE_URL, comma-separated, when they are not OpenAI’s own; each is treated as a Whisper model.',
  })
  @IsOptional()
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  OPENAI_MODELS?: string[];

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    secret: true,
    description: 'Key of Groq; several as with OPENAI_API_KEY.',
  })
  @IsOptional()
  @IsString()
  GROQ_API_KEY?: string;

  @Variable('text', { group: 'Speech', readBy: 'both', default: 'https://api.groq.com', description: 'Address of Groq.' })
  @IsUrl(HTTP_URL)
  GROQ_BASE_URL = 'https://api.groq.com';

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    secret: true,
    description: 'Key of Gemini; several as with OPENAI_API_KEY.',
  })
  @IsOptional()
  @IsString()
  GEMINI_API_KEY?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: 'https://generativelanguage.googleapis.com',
    description: 'Address of Gemini.',
  })
  @IsUrl(HTTP_URL)
  GEMINI_BASE_URL = 'https://generativelanguage.googleapis.com';

  @Variable('text', { group: 'Speech', readBy: 'both', secret: true, description: 'Key of ElevenLabs.' })
  @IsOptional()
  @IsString()
  ELEVENLABS_API_KEY?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: 'https://api.elevenlabs.io',
    description: 'Address of ElevenLabs; it has others for data that is to stay in one region.',
  })
  @IsUrl(HTTP_URL)
  ELEVENLABS_BASE_URL = 'https://api.elevenlabs.io';

  @Variable('text', { group: 'Speech', readBy: 'both', secret: true, description: 'Key of OpenRouter.' })
  @IsOptional()
  @IsString()
  OPENROUTER_API_KEY?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: 'https://openrouter.ai/api/v1',
    description: 'Address of OpenRouter.',
  })
  @IsUrl(HTTP_URL)
  OPENROUTER_BASE_URL = 'https://openrouter.ai/api/v1';

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    secret: true,
    description: 'Token of Hugging Face that may call Inference Providers.',
  })
  @IsOptional()
  @IsString()
  HUGGINGFACE_API_KEY?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: 'https://router.huggingface.co/hf-inference',
    description: 'Where models of Hugging Face are asked: `/models/<name>` stands below it.',
  })
  @IsUrl(HTTP_URL)
  HUGGINGFACE_BASE_URL = 'https://router.huggingface.co/hf-inference';

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: 'https://huggingface.co',
    description: 'Where Hugging Face says whether it knows a token.',
  })
  @IsUrl(HTTP_URL)
  HUGGINGFACE_HUB_URL = 'https://huggingface.co';

  @Variable('list', {
    group: 'Speech',
    readBy: 'both',
    description:
      'What one key of a vendor may do in a day (UTC), as vendor=calls/seconds of sound: groq=2000/28800, gemini=500. Other keys take over then.',
  })
  @IsOptional()
  @Matches(KEY_CAPACITY_SETTING, {
    each: true,
    message: 'PROVIDER_DAILY_CAPACITY must be a list of vendor=calls/seconds, such as groq=2000/28800',
  })
  PROVIDER_DAILY_CAPACITY?: string[];

  @Variable('list', {
    group: 'Speech',
    readBy: 'worker',
    description:
      'Calls that one process may have under way with one key of a vendor, as vendor=at first/at most: groq=4/16. Not set: 8/64. In between it follows what the vendor stands: one more after each round of answers, half when it asks to slow down or fails.',
  })
  @IsOptional()
  @Matches(KEY_CALLS_SETTING, {
    each: true,
    message: 'PROVIDER_CALLS_AT_ONCE must be a list of vendor=first/most, such as groq=4/16',
  })
  PROVIDER_CALLS_AT_ONCE?: string[];

  @Variable('integer', {
    group: 'Speech',
    readBy: 'worker',
    default: '300',
    description: 'Seconds a provider may take for one chunk before the call is given up.',
  })
  @IsInt()
  @Min(1)
  SPEECH_TIMEOUT_SECONDS = 300;

  @Variable('boolean', {
    group: 'Speech',
    readBy: 'worker',
    default: 'false',
    description:
      'Ask a second engine as well when a part takes longer than 95 of 100 parts of its length took, and take the answer that comes first. Only where the choice of the engine was left to Steno. Costs about one more call in twenty.',
  })
  @IsBoolean()
  SPEECH_HEDGE = false;

  @Variable('integer', {
    group: 'Speech',
    readBy: 'worker',
    default: '25',
    description:
      'Percent of a recording that may be transcribed a second time where the text does not fit the sound; ten minutes are always allowed. 0: never.',
  })
  @IsInt()
  @Min(0)
  @Max(100)
  SPEECH_REDO_PERCENT = 25;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    description:
      'A whisper.cpp (ggml) model file for the local engine. Not set: STENO_HOME/models is searched, then pocketsphinx is used.',
  })
  @IsOptional()
  @IsString()
  WHISPER_MODEL_PATH?: string;

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: 'pocketsphinx_continuous',
    description: 'The pocketsphinx program, by name or path.',
  })
  @IsString()
  POCKETSPHINX_PATH = 'pocketsphinx_continuous';

  @Variable('text', {
    group: 'Speech',
    readBy: 'both',
    default: '/usr/share/pocketsphinx/model/en-us',
    description: 'Folder of the pocketsphinx model.',
  })
  @IsString()
  POCKETSPHINX_MODEL_PATH = '/usr/share/pocketsphinx/model/en-us';
}
