export { makeAudio, makeMembership, makeTranscription, makeUser, makeWorkspace } from './rows.js';
