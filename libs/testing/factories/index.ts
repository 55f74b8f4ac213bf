export { makeApiKey, makeAudio, makeMembership, makeTranscription, makeUser, makeWorkspace } from './rows.js';
