import { FirstTables1763700000000 } from './1763700000000-first-tables.js';
import { VaultAndAudit1763800000000 } from './1763800000000-vault-and-audit.js';
import { Accounts1763800100000 } from './1763800100000-accounts.js';
import { AddressChanges1763800120000 } from './1763800120000-address-changes.js';
import { Mails1763800200000 } from './1763800200000-mails.js';
import { Invitations1763800250000 } from './1763800250000-invitations.js';
import { ApiKeys1763800300000 } from './1763800300000-api-keys.js';
import { ProviderKeys1763800400000 } from './1763800400000-provider-keys.js';
import { IdempotencyKeys1763800500000 } from './1763800500000-idempotency-keys.js';
import { Federation1763800600000 } from './1763800600000-federation.js';
import { IdentitiesOfUsers1763800650000 } from './1763800650000-identities-of-users.js';
import { RecordingsOfAnySize1763900000000 } from './1763900000000-recordings-of-any-size.js';
import { FairFeeding1763900500000 } from './1763900500000-fair-feeding.js';
import { WritersOfUploads1763900100000 } from './1763900100000-writers-of-uploads.js';
import { SecondTracks1763900700000 } from './1763900700000-second-tracks.js';
import { ChunkHashes1763900900000 } from './1763900900000-chunk-hashes.js';
import { SecondAnswers1763900400000 } from './1763900400000-second-answers.js';
import { Retention1763900800000 } from './1763900800000-retention.js';
import { CallsOfWorkspaces1764000100000 } from './1764000100000-calls-of-workspaces.js';
import { Circuits1764000200000 } from './1764000200000-circuits.js';
import { Quotas1764000300000 } from './1764000300000-quotas.js';
import { Usage1764000310000 } from './1764000310000-usage.js';
import { SpeechPreferences1764000400000 } from './1764000400000-speech-preferences.js';
import { TokensAndKeysOfUsage1764000600000 } from './1764000600000-tokens-and-keys-of-usage.js';
import { GrantedCalls1764000600100 } from './1764000600100-granted-calls.js';
import { TranscriptSearch1764000700000 } from './1764000700000-transcript-search.js';
import { Webhooks1764000800000 } from './1764000800000-webhooks.js';
import { TracesOfJobs1764000900000 } from './1764000900000-traces-of-jobs.js';

/** In the order they run. Named one by one: a built app has no folder to search. */
export const MIGRATIONS = [
  FirstTables1763700000000,
  VaultAndAudit1763800000000,
  Accounts1763800100000,
  AddressChanges1763800120000,
  Mails1763800200000,
  Invitations1763800250000,
  ApiKeys1763800300000,
  ProviderKeys1763800400000,
  IdempotencyKeys1763800500000,
  Federation1763800600000,
  IdentitiesOfUsers1763800650000,
  RecordingsOfAnySize1763900000000,
  FairFeeding1763900500000,
  SecondAnswers1763900400000,
  WritersOfUploads1763900100000,
  SecondTracks1763900700000,
  Retention1763900800000,
  ChunkHashes1763900900000,
  CallsOfWorkspaces1764000100000,
  Circuits1764000200000,
  Quotas1764000300000,
  Usage1764000310000,
  SpeechPreferences1764000400000,
  TokensAndKeysOfUsage1764000600000,
  GrantedCalls1764000600100,
  Webhooks1764000800000,
  TracesOfJobs1764000900000,
  TranscriptSearch1764000700000,
];
