// Made of openapi/openapi.json by `npm run sync`; changes here are lost.
export interface paths {
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Your keys in this workspace, newest first; admins and owners see everybody's.
         */
        get: operations["apikeys_list"];
        put?: never;
        /**
         * Create an API key
         * @description Makes a key with which a program acts for you in this workspace. Its text is in this answer and in no other.
         */
        post: operations["apikeys_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at an API key
         * @description One key, without its text.
         */
        get: operations["apikeys_get"];
        /**
         * Change an API key
         * @description Changes what is given and leaves the rest. Holds for the next request made with the key.
         */
        put: operations["apikeys_change"];
        post?: never;
        /**
         * Revoke an API key
         * @description Ends a key: whoever sends it is refused from now on. It stays in the list as revoked.
         */
        delete: operations["apikeys_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate an API key
         * @description Gives the key a new text. The one of now goes on for a while, one that did so already ends at once.
         */
        post: operations["apikeys_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the calls of an API key
         * @description How often the key was used, day by day; in all its texts, over rotations.
         */
        get: operations["apikeys_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List recordings
         * @description Recordings of the workspace, newest first.
         */
        get: operations["audio_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/config/formats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the formats of recordings and transcripts
         * @description What recordings may be, and what transcripts can be had as.
         */
        get: operations["audioconfig_formats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/config/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask whether recordings can be transcribed
         * @description Whether recordings would be taken and transcribed now.
         */
        get: operations["audioconfig_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/config/languages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the languages that can be transcribed
         * @description The languages that the engines of this installation, and those of the workspace's own keys, understand.
         */
        get: operations["audioconfig_languages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import a recording by its URL
         * @description Orders a recording to be fetched from an address. Answers at once; `GET /api/v1/uploads/{id}` tells how far it is, which recording it became, or why it failed.
         */
        post: operations["import_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/transcribe-upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a recording and transcribe it
         * @description Takes a recording and orders its transcript in one request; `wait` answers with the result if it is ready in time.
         */
        post: operations["transcribeupload_transcribeUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a recording
         * @description Takes a recording, streamed to the store while it arrives. The bytes decide what it is, not its name.
         */
        post: operations["audio_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a recording
         * @description One recording.
         */
        get: operations["audio_get"];
        put?: never;
        post?: never;
        /**
         * Delete a recording
         * @description Removes the recording and its file. Transcripts made from it stay.
         */
        delete: operations["audio_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a recording
         * @description The recording itself; `Range` gives a part of it.
         */
        get: operations["audio_download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{id}/second-track": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a recording the second track of another
         * @description Joins two recordings of one event, such as a microphone and what the computer played. They are aligned by their sound, transcribed apart, and what one caught of the other is taken out, so that each line has the speaker of its track. The other recording is then no longer one of its own.
         */
        post: operations["audio_join"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{id}/url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a link to a recording
         * @description A link that needs no token and stops working after a while; give it to a player.
         */
        get: operations["audio_url"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete your account
         * @description Deletes your account. Sessions, API keys and memberships end at once. Sign in within 30 days to have it back, with your personal workspace; after that both are removed for good.
         */
        delete: operations["profile_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/change-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your password
         * @description Sets a new password. All other devices are signed out, unless told otherwise.
         */
        post: operations["password_changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a sign-in code for tokens
         * @description Gives a client app the tokens of the person whose browser brought it the code.
         */
        post: operations["oidc_exchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/forgot-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a new password
         * @description Sends a letter with which a new password can be chosen. The answer is the same whether or not there is an account.
         */
        post: operations["password_forgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Signs in with e-mail address and password. Whoever deleted the account and signs in within 30 days has it again.
         */
        post: operations["auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Ends the session; its tokens are refused from the next request on.
         */
        post: operations["auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I
         * @description Says who the token belongs to and which workspace the request works in.
         */
        get: operations["auth_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at your account
         * @description Your account.
         */
        get: operations["profile_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change your account
         * @description Changes your name, or asks for another e-mail address, which becomes yours when you follow the link sent there.
         */
        patch: operations["profile_change"];
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a new access token
         * @description Exchanges a refresh token for a new pair of tokens.
         */
        post: operations["auth_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an account
         * @description Makes an account with a personal workspace, and sends a letter to verify its address. Answers with the account signed in, or, where addresses must be verified first (EMAIL_VERIFICATION), with 202: the same for an address that has an account already.
         */
        post: operations["auth_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/resend-verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the verification letter again
         * @description Sends the letter again. The answer is the same whether or not there is an account that waits for it.
         */
        post: operations["verification_resendVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password by letter
         * @description Sets a new password with the token of the letter, and signs out everywhere.
         */
        post: operations["password_resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your sessions
         * @description The devices you are signed in on, newest first.
         */
        get: operations["sessions_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session
         * @description Signs one of your devices out; its tokens are refused from the next request on.
         */
        delete: operations["sessions_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an e-mail address
         * @description Proves an address with the token of the letter: that of a new account, or the one an account is to have from now on.
         */
        post: operations["verification_verifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Come back from another provider
         * @description Where the provider sends the browser back to. Answers with the tokens, or sends it on to the client app with a code.
         */
        get: operations["oidc_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/{provider}/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sign in by way of another provider
         * @description Sends the browser to the provider. Open it in a browser: the same one must come back.
         */
        get: operations["oidc_login"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/integrations/clerk/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Webhook of Clerk
         * @description Takes what Clerk says about its users. Set it up at Clerk as a webhook for user.created, user.updated and user.deleted.
         */
        post: operations["clerk_receive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description Joins the workspace of an invitation that was sent to your verified address. Doing it again changes nothing.
         */
        post: operations["acceptinvitation_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/transcription/process-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Process all that is pending
         * @description All that waits is done now: also what waits for its next try, and what had failed by a fault of the service.
         */
        post: operations["backgroundservice_processAll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/transcription/restart-background": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart processing
         * @description Every worker stops what it does, hands it back and begins anew. Nothing counts as failed; calls to providers may be paid twice.
         */
        post: operations["backgroundservice_restart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/transcription/start-background": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start processing
         * @description Makes sure that the workers hear of all that is due. Harmless when they have.
         */
        post: operations["backgroundservice_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/transcription/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at the background service
         * @description What waits, who works on it, and what does not go on and why.
         */
        get: operations["backgroundservice_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List provider keys
         * @description Keys of the workspace, newest first, without their secrets.
         */
        get: operations["providerkeys_list"];
        put?: never;
        /**
         * Bring a key
         * @description Asks the provider whether it takes the key, and keeps it if so. From then on it is used before the server's own.
         */
        post: operations["providerkeys_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider-keys/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a key
         * @description Asks a provider about a key that is not kept, or about one of the workspace's: that one is rejected when it is refused, and a rejected one active again when it is taken.
         */
        post: operations["providerkeys_validate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a provider key
         * @description A key without its secret.
         */
        get: operations["providerkeys_get"];
        put?: never;
        post?: never;
        /**
         * Delete a provider key
         * @description Removes a key with its usage. Work goes on with the next active one, or with the server's.
         */
        delete: operations["providerkeys_remove"];
        options?: never;
        head?: never;
        /**
         * Change a provider key
         * @description Renames a key, disables it, or makes it active again.
         */
        patch: operations["providerkeys_change"];
        trace?: never;
    };
    "/api/v1/provider-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace a key
         * @description Puts another key of the same provider in its place, once the provider took it. Calls under way end with the old one.
         */
        post: operations["providerkeys_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider-keys/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what a key was used for
         * @description What was done with a key, by day and model.
         */
        get: operations["providerkeys_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List speech providers and their models
         * @description Every provider there could be, those without a key too: their models, what each takes, can do and costs, and with whose key work is done. Prices are to reckon with; the provider's bill is the truth.
         */
        get: operations["providers_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask how speech providers do
         * @description How each provider does, told from its key and the workspace's calls of the last hour. Nobody is called for it.
         */
        get: operations["providers_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/performance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare the models that were used
         * @description How the workspace's calls of the last days went: failures, latency, speed and cost, by provider and model.
         */
        get: operations["providers_performance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search transcripts
         * @description Transcripts of the workspace by the words said in them; those that fit best come first. Pages go by number.
         */
        get: operations["search_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List transcriptions
         * @description Transcriptions of the workspace, newest first.
         */
        get: operations["transcriptions_list"];
        put?: never;
        /**
         * Order a transcription
         * @description Orders the transcript of a recording. Answers at once; the order survives any crash from then on.
         */
        post: operations["transcriptions_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Order many transcriptions
         * @description Orders up to 100 transcripts at once. Those that can be ordered are; each of the others has its problem in the answer.
         */
        post: operations["transcriptioncontrol_orderBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Estimate a transcription
         * @description What an order would cost, whether the quotas allow it, and how long it would take. Orders nothing and sets nothing aside.
         */
        post: operations["estimate_estimate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a transcription
         * @description The transcription with its text once it is completed.
         */
        get: operations["transcriptions_get"];
        put?: never;
        post?: never;
        /**
         * Delete a transcription
         * @description Removes the transcription with its result; work on it stops. The recording stays.
         */
        delete: operations["transcriptions_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a transcription
         * @description Stops a transcription; work on it ends within a second. What was transcribed until then is kept for a retry.
         */
        post: operations["transcriptioncontrol_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a transcription
         * @description Server-sent events. Each `progress` event holds what `GET /api/v1/transcriptions/{id}/status` answers; the last one is `completed`, `failed` or `cancelled`, and the stream ends. Whoever connects hears the present state first. A percentage never goes back within a run. A line that begins with a colon says every 15 seconds that the connection lives.
         */
        get: operations["progress_follow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a transcript in a format
         * @description The finished transcript as a file.
         */
        get: operations["transcriptions_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a transcription again
         * @description Tries again what failed, was cancelled or has missing parts, from where it stopped: nothing is uploaded again, and parts that have their text are not paid for again.
         */
        post: operations["transcriptioncontrol_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/{id}/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the lines of a transcript
         * @description The lines of a transcript with their times, speakers and words; none before it is completed.
         */
        get: operations["transcriptions_segments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transcriptions/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask how far a transcription is
         * @description Status, stage, percentage and what may be expected, for polling.
         */
        get: operations["transcriptions_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List uploads
         * @description Uploads of the workspace, newest first, those that are over for a month.
         */
        get: operations["uploads_list"];
        put?: never;
        /**
         * Begin an upload in parts
         * @description Begins an upload in parts. Send each part by PUT to its URL, several at once if you like, and any of them again; then complete.
         */
        post: operations["uploads_begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/resumable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a resumable upload
         * @description Begins a resumable upload; any tus client does this by itself. Upload-Metadata may name `filename` and `sha256` (hexadecimal).
         */
        post: operations["resumable_begin"];
        delete?: never;
        /**
         * Ask what of tus is spoken
         * @description What of the protocol is spoken here.
         */
        options: operations["resumable_options"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/resumable/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Abort a resumable upload
         * @description Gives the upload up.
         */
        delete: operations["resumable_abort"];
        options?: never;
        /**
         * Ask where a resumable upload stands
         * @description How far the upload is.
         */
        head: operations["resumable_look"];
        /**
         * Send bytes of a resumable upload
         * @description Sends bytes. What came before a connection broke is kept. With the last byte the recording is made, of the same id.
         */
        patch: operations["resumable_send"];
        trace?: never;
    };
    "/api/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at an upload
         * @description How far an upload is, part by part.
         */
        get: operations["uploads_get"];
        put?: never;
        post?: never;
        /**
         * Abort an upload
         * @description Gives an upload up. What has come of it is removed; a recording that came of it is not.
         */
        delete: operations["uploads_abort"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete an upload
         * @description Makes the recording of the parts. Asked again, also after an answer that got lost, it gives the same recording.
         */
        post: operations["uploads_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get URLs for parts
         * @description Gives URLs for parts: those behind the first hundred, or new ones for those that expired.
         */
        post: operations["uploads_parts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See what was used and what it cost
         * @description What the workspace had providers do, and what that cost; as it is now, to the last call.
         */
        get: operations["usage_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the usage as a file
         * @description A row for each day, member, key, provider and model.
         */
        get: operations["usage_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See what is left of the quotas
         * @description What the workspace may use by its plan, what it has used this month, and what is set aside for work under way.
         */
        get: operations["quotas_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage/reports/{month}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the report of a month
         * @description A month by day, member, API key, and model.
         */
        get: operations["usage_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Webhooks of the workspace, newest first, without their secrets.
         */
        get: operations["webhooks_list"];
        put?: never;
        /**
         * Add a webhook
         * @description From now on events are sent to the address. Its secret is in the answer, this once.
         */
        post: operations["webhooks_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List types of events
         * @description Every type of event there is, when it happens and what it looks like.
         */
        get: operations["webhooks_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/rest-hooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Subscribe a REST hook
         * @description Subscribes an address to one type of event. DELETE /api/v1/webhooks/{id} with the id of the answer unsubscribes it.
         */
        post: operations["resthooks_subscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/rest-hooks/sample": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a sample for a REST hook
         * @description An event as a subscriber gets it, to be mapped before the first one comes: a list, as such tools want it.
         */
        get: operations["resthooks_sample"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a webhook
         * @description A webhook without its secret.
         */
        get: operations["webhooks_get"];
        /**
         * Change a webhook
         * @description Changes what is given and leaves the rest. Deliveries that wait are sent to the new address.
         */
        put: operations["webhooks_change"];
        post?: never;
        /**
         * Delete a webhook
         * @description Removes a webhook with its deliveries.
         */
        delete: operations["webhooks_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description What was sent to a webhook in the last 30 days, newest first, with what it answered.
         */
        get: operations["deliveries_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries/{deliveryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a delivery
         * @description One delivery with its tries.
         */
        get: operations["deliveries_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries/{deliveryId}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a delivery
         * @description Sends an event once more, with the same `webhook-id` and a new timestamp.
         */
        post: operations["deliveries_replayOne"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay what was missed
         * @description Sends every event the webhook wants and did not get: those that failed, and those it missed while it was disabled.
         */
        post: operations["deliveries_replayMissed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the secret of a webhook
         * @description Gives a webhook a new secret. Deliveries are signed with both for a while; one that did so already ends at once.
         */
        post: operations["webhooks_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a webhook
         * @description Sends an event of the type `webhook.test`, once. Look at the delivery for what came of it.
         */
        post: operations["deliveries_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your workspaces
         * @description The workspaces you belong to, with your role in each, newest first. A key sees its own.
         */
        get: operations["workspaces_list"];
        put?: never;
        /**
         * Create a workspace
         * @description Makes a workspace for a team. You are its owner.
         */
        post: operations["workspaces_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a workspace
         * @description The workspace, and your role in it.
         */
        get: operations["workspaces_get"];
        put?: never;
        post?: never;
        /**
         * Delete a workspace
         * @description Takes the workspace away from everybody at once. Its work stops; its owners can restore it for 30 days, then all it holds is deleted.
         */
        delete: operations["workspaces_remove"];
        options?: never;
        head?: never;
        /**
         * Change a workspace: its name, its time zone, how long it keeps things, who transcribes
         * @description Changes what is given; all else stays.
         */
        patch: operations["workspaces_change"];
        trace?: never;
    };
    "/api/v1/workspaces/{id}/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what was done in a workspace
         * @description What was done in the workspace that matters to security, newest first: a page, or everything as a file. Nobody can change it.
         */
        get: operations["audit_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List invitations
         * @description Invitations that were neither accepted nor revoked, newest first.
         */
        get: operations["invitations_list"];
        put?: never;
        /**
         * Invite somebody
         * @description Sends a letter with a link that is good for 7 days. Takes the place of an open invitation to the same address.
         */
        post: operations["invitations_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{id}/invitations/{invitationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an invitation
         * @description Makes the link of an open invitation worthless.
         */
        delete: operations["invitations_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the members of a workspace
         * @description Who belongs to the workspace, newest accounts first.
         */
        get: operations["members_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{id}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Leave a workspace, or remove a member
         * @description Ends a membership: your own (you leave), or as admin or owner another's. What was ordered goes on; it is the workspace's.
         */
        delete: operations["members_remove"];
        options?: never;
        head?: never;
        /**
         * Change a member's role
         * @description Gives a member another role, from the next request on. Nobody gives or takes a role above their own.
         */
        patch: operations["members_changeRole"];
        trace?: never;
    };
    "/api/v1/workspaces/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a deleted workspace
         * @description Gives a deleted workspace back to all its members; its work goes on. Only for its owners, and only within the time.
         */
        post: operations["workspaces_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{id}/transfer-ownership": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a workspace to another member
         * @description Makes another member the owner in your place. You stay as admin.
         */
        post: operations["workspaces_transferOwnership"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the service does
         * @description The details (checks, queues, workers, providers, memory): Behind METRICS_TOKEN where one is set, as `Authorization: Bearer`; closed in production until one is. Also at /api/v1/health.
         */
        get: operations["health_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description Behind METRICS_TOKEN where one is set, as `Authorization: Bearer`; closed in production until one is. Also at /api/v1/health/metrics.
         */
        get: operations["health_figures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How providers do, for the installation
         * @description Behind METRICS_TOKEN where one is set, as `Authorization: Bearer`; closed in production until one is. Also at /api/v1/health/providers.
         */
        get: operations["health_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive
         * @description Answers as long as the process runs.
         */
        get: operations["health_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/objects/parts/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Send a part of an upload
         * @description Takes one part of an upload by the URL it was given, where this server keeps its files itself.
         */
        put: operations["parts_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/objects/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a link to a recording
         * @description Gives the file behind a link of GET audio/{id}/url, where this server keeps its files itself.
         */
        get: operations["objects_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the service ready
         * @description Whether requests can be served: the database and the store answer, and a worker ran a job lately.
         */
        get: operations["health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/transcriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Transcribe a recording, as OpenAI does
         * @description As OpenAI's: point an SDK of OpenAI at this server. A short recording is passed on as it came; any other is stored, cut and transcribed like those of `POST /api/v1/transcriptions`, however long it is, while the request waits.
         */
        post: operations["openaiaudio_transcribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/translations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Translate a recording into English, as OpenAI does
         * @description As OpenAI's: the text is in English, whatever is spoken.
         */
        post: operations["openaiaudio_translate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models, as OpenAI does
         * @description Every name a request may use, those of the workspace's own keys among them.
         */
        get: operations["openaimodels_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a model, as OpenAI does
         * @description One model. A name with a slash is written with %2F.
         */
        get: operations["openaimodels_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "upload.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An upload failed
         * @description An upload, or an import, has come to nothing: its bytes are no recording, could not be fetched, or did not come in time.
         */
        post: operations["event_upload_failed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "audio.uploaded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A recording has arrived
         * @description A recording has arrived and can be transcribed.
         */
        post: operations["event_audio_uploaded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "audio.transcribed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A recording was transcribed
         * @description A recording has a new transcript. Comes together with transcription.completed.
         */
        post: operations["event_audio_transcribed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "audio.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A recording was deleted
         * @description A recording was deleted. Its transcripts stay.
         */
        post: operations["event_audio_deleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "transcription.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A transcription was ordered
         * @description A transcription was ordered.
         */
        post: operations["event_transcription_created"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "transcription.started": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A transcription has begun
         * @description Work on a transcription has begun.
         */
        post: operations["event_transcription_started"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "transcription.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A transcript is ready
         * @description A transcript is there to be fetched.
         */
        post: operations["event_transcription_completed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "transcription.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A transcription failed
         * @description A transcription has come to nothing. The transcription says why in words.
         */
        post: operations["event_transcription_failed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "transcription.cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A transcription was cancelled
         * @description A transcription was cancelled by somebody.
         */
        post: operations["event_transcription_cancelled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "transcription.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A transcription was deleted
         * @description A transcription was deleted with its transcript.
         */
        post: operations["event_transcription_deleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "quota.warning": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A quota is nearly used up
         * @description 80 % of a quota are used; once a month for each.
         */
        post: operations["event_quota_warning"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "quota.exceeded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A quota is used up
         * @description A quota is used up; once a month for each. What goes beyond is refused.
         */
        post: operations["event_quota_exceeded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A webhook was disabled
         * @description An endpoint is sent nothing any more: it answered 410, or failed for too long.
         */
        post: operations["event_webhook_disabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * This is a test
         * @description Somebody wants to see whether deliveries arrive. Sent to one endpoint, whatever it subscribed to, and tried once.
         */
        post: operations["event_webhook_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        AcceptInvitationDto: {
            /**
             * @description From the letter.
             * @example kq2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY
             */
            token: string;
        };
        AddProviderKeyDto: {
            /** @example openai */
            provider: components["schemas"]["KeyedProvider"];
            /** @example Billing account of the newsroom */
            name: string;
            /**
             * @description As its provider gave it. It is kept sealed and never shown again.
             * @example sk-proj-0123456789abcdef
             */
            apiKey: string;
        };
        ApiKeyDto: {
            /**
             * Format: uuid
             * @example 019aa3a1-4d5e-7f60-8172-839405a6b7c8
             */
            id: string;
            /** @example Nightly import */
            name: string;
            /**
             * @description The first characters of the key, to recognise it by.
             * @example stn_Ab3d
             */
            prefix: string;
            /**
             * @description Its last four.
             * @example x9Qz
             */
            lastFour: string;
            /**
             * @description Each includes the ones before.
             * @example [
             *       "read",
             *       "write"
             *     ]
             */
            scopes: ("read" | "write" | "admin")[];
            /**
             * @description Requests an hour; null: as many as the plan allows.
             * @example 50
             */
            limitPerHour: number | null;
            /**
             * @example active
             * @enum {string}
             */
            status: "active" | "expired" | "revoked";
            /**
             * Format: uuid
             * @description The user who made it and for whom it acts.
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            userId: string;
            /**
             * Format: date-time
             * @description Null: it does not expire.
             * @example null
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description Until when the key before the last rotation works besides; null: it does not.
             * @example null
             */
            previousUntil: string | null;
            /**
             * Format: date-time
             * @description A few seconds behind.
             * @example 2026-09-01T12:00:00.000Z
             */
            lastUsedAt: string | null;
            /**
             * Format: date-time
             * @example null
             */
            revokedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-09-01T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-09-01T12:00:00.000Z
             */
            updatedAt: string;
        };
        ApiKeyPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["ApiKeyDto"][];
        };
        ApiKeyWithTextDto: {
            /**
             * Format: uuid
             * @example 019aa3a1-4d5e-7f60-8172-839405a6b7c8
             */
            id: string;
            /** @example Nightly import */
            name: string;
            /**
             * @description The first characters of the key, to recognise it by.
             * @example stn_Ab3d
             */
            prefix: string;
            /**
             * @description Its last four.
             * @example x9Qz
             */
            lastFour: string;
            /**
             * @description Each includes the ones before.
             * @example [
             *       "read",
             *       "write"
             *     ]
             */
            scopes: ("read" | "write" | "admin")[];
            /**
             * @description Requests an hour; null: as many as the plan allows.
             * @example 50
             */
            limitPerHour: number | null;
            /**
             * @example active
             * @enum {string}
             */
            status: "active" | "expired" | "revoked";
            /**
             * Format: uuid
             * @description The user who made it and for whom it acts.
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            userId: string;
            /**
             * Format: date-time
             * @description Null: it does not expire.
             * @example null
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description Until when the key before the last rotation works besides; null: it does not.
             * @example null
             */
            previousUntil: string | null;
            /**
             * Format: date-time
             * @description A few seconds behind.
             * @example 2026-09-01T12:00:00.000Z
             */
            lastUsedAt: string | null;
            /**
             * Format: date-time
             * @example null
             */
            revokedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-09-01T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-09-01T12:00:00.000Z
             */
            updatedAt: string;
            /**
             * @description The key itself, shown this once: keep it now. Send it as Authorization: Bearer <key>.
             * @example stn_Ab3dEf6hIj9lMn2pQr5tUv8xYz1Bc4Dx9Qz
             */
            key: string;
        };
        ArrivedPartDto: {
            /** @example 1 */
            number: number;
            /** @example 10485760 */
            bytes: number;
        };
        /** @description A recording was deleted. Its transcripts stay. */
        AudioDeletedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "audio.deleted";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string;
                /**
                 * @description Who had it deleted: somebody by a request, or the retention of the workspace.
                 * @example request
                 * @enum {string}
                 */
                cause: "request" | "retention";
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        AudioDto: {
            /**
             * Format: uuid
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            id: string;
            /**
             * @description As the client named the file.
             * @example meeting.opus
             */
            name: string;
            /**
             * @description Told by the bytes, not by the name.
             * @example opus
             * @enum {string}
             */
            container: "mp3" | "wav" | "mp4" | "m4a" | "aac" | "ogg" | "opus" | "flac" | "webm";
            /** @example audio/ogg; codecs=opus */
            contentType: string;
            /** @example opus */
            codec: string;
            /**
             * @description Hertz.
             * @example 48000
             */
            sampleRate: number;
            /** @example 1 */
            channels: number;
            /**
             * @description Seconds the file claims; a transcription counts the real ones.
             * @example 41.3
             */
            claimedSeconds: number | null;
            /** @example 171234 */
            bytes: number;
            /**
             * @description SHA-256 of the file, hexadecimal.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256: string;
            /**
             * @description Set where two recordings of one event make up this one; the fields beside it are those of the first.
             * @example null
             */
            dual: components["schemas"]["TracksDto"] | null;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
        };
        AudioFormatsDto: {
            /** @description Recognised by their bytes; names and declared types do not matter. */
            recordings: components["schemas"]["RecordingFormatDto"][];
            /**
             * @description Largest recording.
             * @example 500000000
             */
            maxBytes: number;
            /**
             * @description Longest recording.
             * @example 43200
             */
            maxSeconds: number;
            /**
             * @description Of exports.
             * @example [
             *       "json",
             *       "verbose_json",
             *       "text",
             *       "srt",
             *       "vtt",
             *       "tsv",
             *       "words",
             *       "md",
             *       "docx",
             *       "pdf"
             *     ]
             */
            transcripts: ("json" | "verbose_json" | "text" | "srt" | "vtt" | "tsv" | "words" | "md" | "docx" | "pdf")[];
        };
        AudioHealthDto: {
            /**
             * @example ok
             * @enum {string}
             */
            status: "ok" | "degraded" | "unavailable";
            /**
             * @description Parts of the installation that do not work now. Recordings that are taken are kept and transcribed later.
             * @example []
             */
            failing: string[];
            /**
             * @description Who can transcribe for this workspace.
             * @example [
             *       "openai/whisper-1"
             *     ]
             */
            models: string[];
        };
        AudioLanguageDto: {
            /**
             * @description What `language` of an order takes.
             * @example de
             */
            code: string;
            /** @example German */
            name: string;
            /**
             * @description Provider and model.
             * @example [
             *       "openai/whisper-1"
             *     ]
             */
            models: string[];
        };
        AudioLanguagesDto: {
            languages: components["schemas"]["AudioLanguageDto"][];
        };
        AudioPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["AudioDto"][];
        };
        /** @description A recording has a new transcript. Comes together with transcription.completed. */
        AudioTranscribedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "audio.transcribed";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string;
                /**
                 * Format: uuid
                 * @description The transcription.
                 * @example 019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071
                 */
                transcriptionId: string;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        /** @description A recording has arrived and can be transcribed. */
        AudioUploadedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "audio.uploaded";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string;
                /**
                 * @description Its size.
                 * @example 29347200
                 */
                bytes: number;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        AuditEntryDto: {
            /**
             * Format: uuid
             * @example 019aa3a5-22bb-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            at: string;
            /**
             * @example member.role_changed
             * @enum {string}
             */
            action: "account.registered" | "account.email_verified" | "account.password_changed" | "account.password_reset" | "account.profile_changed" | "account.email_changed" | "account.deleted" | "account.restored" | "account.identity_linked" | "account.disabled" | "account.enabled" | "account.platform_role_changed" | "session.started" | "session.refused" | "session.ended" | "session.token_reused" | "workspace.created" | "workspace.changed" | "workspace.plan_changed" | "workspace.deleted" | "workspace.restored" | "workspace.purged" | "workspace.ownership_transferred" | "member.joined" | "member.role_changed" | "member.removed" | "member.left" | "invitation.sent" | "invitation.revoked" | "invitation.accepted" | "api_key.created" | "api_key.changed" | "api_key.rotated" | "api_key.revoked" | "provider_key.created" | "provider_key.changed" | "provider_key.rotated" | "provider_key.deleted" | "provider_key.checked" | "provider_key.rejected" | "webhook.created" | "webhook.changed" | "webhook.deleted" | "webhook.secret_rotated" | "webhook.disabled" | "webhook.replayed" | "audit_log.exported" | "processing.started" | "processing.restarted" | "processing.all_processed" | "retention.applied";
            /**
             * @example user
             * @enum {string}
             */
            actorKind: "user" | "key" | "system" | "anonymous";
            /**
             * Format: uuid
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            actorId: string | null;
            /**
             * @description As it was called then.
             * @example Ada Lovelace
             */
            actorName: string | null;
            /**
             * @description What it was done to: user, invitation, api_key, …
             * @example user
             */
            targetKind: string | null;
            /** @example 019aa3a0-7000-7d10-8a55-0f1e2d3c4b5b */
            targetId: string | null;
            /**
             * @example {
             *       "before": "member",
             *       "role": "admin"
             *     }
             */
            details: {
                [key: string]: unknown;
            };
            /**
             * @description Of the client.
             * @example 203.0.113.7
             */
            address: string | null;
            /** @example Mozilla/5.0 (X11; Linux x86_64) */
            device: string | null;
            /** @example b7c1d6d0-0f3e-4f7a-9d2b-6a3c1e5f7a90 */
            requestId: string | null;
        };
        AuditPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["AuditEntryDto"][];
        };
        BackgroundServiceDto: {
            /**
             * @description no_workers: nobody takes transcriptions.
             * @example running
             * @enum {string}
             */
            state: "running" | "no_workers";
            queues: components["schemas"]["QueueDto"][];
            workers: components["schemas"]["WorkerDto"][];
            stuck: components["schemas"]["StuckJobsDto"][];
        };
        BatchDto: {
            /** @description One for each order, in their order. */
            results: components["schemas"]["BatchResultDto"][];
        };
        BatchResultDto: {
            /**
             * @description As the answer to this order alone would have: 202, or that of the problem.
             * @example 202
             */
            status: number;
            /** @description Null when it could not be ordered. */
            transcription: components["schemas"]["TranscriptionDto"] | null;
            /**
             * @description Why it could not be ordered.
             * @example null
             */
            problem: components["schemas"]["ProblemDto"] | null;
        };
        BegunUploadDto: {
            /**
             * Format: uuid
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            id: string;
            /**
             * @description In parts by URL, resumable in order, or fetched from a URL.
             * @example parts
             * @enum {string}
             */
            kind: "parts" | "resumable" | "url";
            /**
             * @example open
             * @enum {string}
             */
            status: "open" | "completing" | "completed" | "failed" | "aborted" | "expired";
            /** @example conference.wav */
            name: string;
            /**
             * @description Size of the whole; null until it is known.
             * @example 52428800
             */
            bytes: number | null;
            /**
             * @description What has arrived. Of an upload in parts, lists say it only once it is complete.
             * @example 10485760
             */
            receivedBytes: number;
            /**
             * @description Whole percents of the bytes.
             * @example 20
             */
            percentage: number | null;
            /**
             * @description Size of every part but the last.
             * @example 10485760
             */
            partBytes: number | null;
            /** @example 5 */
            partCount: number | null;
            /**
             * @description What was announced.
             * @example null
             */
            sha256: string | null;
            /**
             * @description The host it is fetched from.
             * @example null
             */
            sourceHost: string | null;
            /**
             * Format: uuid
             * @description The recording, once it is complete.
             * @example null
             */
            audioId: string | null;
            /** @example null */
            error: components["schemas"]["UploadFailureDto"] | null;
            /**
             * Format: date-time
             * @description When it is given up.
             * @example 2026-11-22T09:00:00.000Z
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example null
             */
            finishedAt: string | null;
            /** @description Of the first 100 parts. */
            partUrls: components["schemas"]["PartUrlDto"][];
            /**
             * Format: date-time
             * @description When these URLs end; more may be had.
             * @example 2026-11-21T15:00:00.000Z
             */
            urlsExpireAt: string;
        };
        CallsOfDayDto: {
            /**
             * Format: date
             * @description In UTC.
             * @example 2026-09-01
             */
            day: string;
            /** @example 42 */
            calls: number;
            /**
             * Format: date-time
             * @description When the last of them came.
             * @example 2026-09-01T11:59:58.120Z
             */
            lastAt: string;
        };
        ChangeApiKeyDto: {
            /** @example Nightly import */
            name?: string;
            /**
             * @example [
             *       "read",
             *       "write"
             *     ]
             */
            scopes?: ("read" | "write" | "admin")[];
            /**
             * @description Null: the plan's.
             * @example null
             */
            limitPerHour?: number | null;
            /**
             * Format: date-time
             * @description Null: never.
             * @example null
             */
            expiresAt?: string | null;
        };
        ChangePasswordDto: {
            /**
             * Format: password
             * @example a long sentence is a good password
             */
            currentPassword: string;
            /**
             * Format: password
             * @description 10 characters or more, 72 bytes at most; no rules about their kinds, but none of those tried first.
             * @example a long sentence is a good password
             */
            newPassword: string;
            /**
             * @description Whether all other devices are signed out.
             * @default true
             * @example true
             */
            endOtherSessions?: boolean;
        };
        ChangeProfileDto: {
            /**
             * @description How other people see you.
             * @example Ada Lovelace
             */
            name?: string;
            /**
             * @description Becomes yours when you follow the link in the letter sent there. Wants currentPassword.
             * @example ada@example.com
             */
            email?: string;
            /**
             * Format: password
             * @example a long sentence is a good password
             */
            currentPassword?: string;
        };
        ChangeProviderKeyDto: {
            /** @example Billing account of the newsroom */
            name?: string;
            /**
             * @description `active` asks the provider first, when the key is not active.
             * @example active
             * @enum {string}
             */
            status?: "active" | "disabled";
        };
        ChangeRoleDto: {
            /**
             * @example member
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
        };
        ChangeWebhookDto: {
            /** @example Newsroom archive */
            name?: string;
            /**
             * Format: uri
             * @description On the public internet, unless the operator allows inner hosts. It is kept sealed.
             * @example https://hooks.example.com/steno
             */
            url?: string;
            /**
             * @description Types of events that are wanted; none: all, also those that are yet to come.
             * @example [
             *       "transcription.completed",
             *       "transcription.failed"
             *     ]
             */
            events?: components["schemas"]["WebhookEventType"][];
            /**
             * @description One that is made active begins anew. If it was disabled because it was gone or failing, what it missed is sent now; otherwise POST /api/v1/webhooks/{id}/replay has that done.
             * @example active
             */
            status?: components["schemas"]["WebhookStatus"];
        };
        CheckDto: {
            /** @example true */
            ok: boolean;
            /**
             * @description What is wrong, when it is not ok.
             * @example Cannot reach Postgres.
             */
            detail?: string;
            /** @example 2 */
            milliseconds: number;
        };
        CheckProviderKeyDto: {
            /**
             * Format: uuid
             * @description A key of the workspace.
             * @example 019aa3a4-7b8c-7d9e-8f01-a2b3c4d5e6f7
             */
            id?: string;
            /** @example openai */
            provider?: components["schemas"]["KeyedProvider"];
            /** @example sk-proj-0123456789abcdef */
            apiKey?: string;
        };
        CreateApiKeyDto: {
            /**
             * @description What it is for.
             * @example Nightly import
             */
            name: string;
            /**
             * @description What it may do; each includes the ones before. Never more than your role may.
             * @example [
             *       "read"
             *     ]
             */
            scopes: ("read" | "write" | "admin")[];
            /**
             * @description Requests an hour, at most as many as the plan allows. Null: the plan's.
             * @example 50
             */
            limitPerHour?: number | null;
            /**
             * Format: date-time
             * @description When it ends by itself, within five years. Null: never.
             * @example null
             */
            expiresAt?: string | null;
        };
        CreateWebhookDto: {
            /** @example Newsroom archive */
            name: string;
            /**
             * Format: uri
             * @description On the public internet, unless the operator allows inner hosts. It is kept sealed.
             * @example https://hooks.example.com/steno
             */
            url: string;
            /**
             * @description `standard`: signed JSON for programs; `slack`, `discord`: a short text for the incoming webhook of such a chat.
             * @default standard
             * @example standard
             * @enum {string}
             */
            kind?: "standard" | "slack" | "discord";
            /**
             * @description Types of events that are wanted; none: all, also those that are yet to come.
             * @example [
             *       "transcription.completed",
             *       "transcription.failed"
             *     ]
             */
            events?: components["schemas"]["WebhookEventType"][];
        };
        DeleteAccountDto: {
            /**
             * Format: password
             * @example a long sentence is a good password
             */
            password: string;
        };
        DeliveryAttemptDto: {
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:01.000Z
             */
            at: string;
            /**
             * @description Until it was answered, or given up; 15 000 at most.
             * @example 84
             */
            milliseconds: number;
            /**
             * @description What the endpoint answered; null when it did not.
             * @example 200
             */
            status: number | null;
            /**
             * @description Why the try failed; null when it did not.
             * @example null
             */
            error: string | null;
            /**
             * @description The beginning of the answer, at most 1000 bytes.
             * @example ok
             */
            response: string;
        };
        DeliveryDto: {
            /**
             * Format: uuid
             * @description As in X-Steno-Delivery-ID.
             * @example 019aa3a7-2c3d-7e4f-8051-627384950617
             */
            id: string;
            /** @description What is sent. */
            event: Omit<components["schemas"]["WebhookEventDto"], "type">;
            /**
             * @description `waiting` for its first or next try; `failed`: all nine tries did; `missed`: the webhook was disabled. The last two can be replayed.
             * @example delivered
             */
            status: components["schemas"]["WebhookDeliveryStatus"];
            /**
             * @description How many tries have failed, since it was last replayed.
             * @example 0
             */
            failedTries: number;
            /**
             * Format: date-time
             * @example null
             */
            nextTryAt: string | null;
            /** @description The latest tries, oldest first; 18 at most. */
            attempts: components["schemas"]["DeliveryAttemptDto"][];
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:01.000Z
             */
            finishedAt: string | null;
        };
        DeliveryPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["DeliveryDto"][];
        };
        DiarizedSpeechAnswerDto: {
            /** @example And so, my fellow Americans, ask not what your country can do for you. */
            text: string;
            usage: components["schemas"]["DurationUsageDto"];
            /**
             * @example transcribe
             * @enum {string}
             */
            task: "transcribe";
            /** @example 11 */
            duration: number;
            segments: components["schemas"]["SpokenSegmentDto"][];
        };
        DurationUsageDto: {
            /**
             * @example duration
             * @enum {string}
             */
            type: "duration";
            /**
             * @description Seconds of sound, counted; what a file says of itself does not matter.
             * @example 11
             */
            seconds: number;
        };
        EngineDto: {
            /** @example local */
            provider: string;
            /** @example pocketsphinx */
            model: string;
            /**
             * @description The text is good for trying things out, not for use.
             * @example true
             */
            lowAccuracy: boolean;
        };
        EstimateDto: {
            /** @example openai */
            provider: string;
            /** @example whisper-1 */
            model: string;
            /**
             * @description Seconds of sound, of all channels that are transcribed apart together, as the file claims. What counts in the end is what decoding finds, without silence.
             * @example 1800
             */
            seconds: number;
            /**
             * @description Millionths of a US dollar by the price table; null: nobody knows the price, which is not the same as nothing.
             * @example 180000
             */
            costMicroDollars: number | null;
            quotas: components["schemas"]["NeededQuotaDto"][];
            /**
             * @description Whether an order would be taken now.
             * @example false
             */
            fits: boolean;
            /**
             * @description Seconds until the transcript would be there; null when nothing is known to reckon from.
             * @example 95
             */
            estimatedSecondsLeft: number | null;
        };
        EstimateOrderDto: {
            /**
             * @description Who transcribes: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Left out: the server decides.
             * @example local
             */
            provider?: string;
            /**
             * @description One of the provider's models. Left out: the server decides.
             * @example pocketsphinx
             */
            model?: string;
            /**
             * @description By what the engine is chosen, and whoever stands in for it, in place of naming one: by price, by speed as measured lately, by accuracy, or private: it never leaves this machine. Left out: as the workspace or the server has it.
             * @example null
             * @enum {string|null}
             */
            policy?: "cheapest" | "fastest" | "best" | "private" | null;
            /**
             * @description Engines in the order they are to be asked in, in place of a policy: groq/whisper-large-v3-turbo, or groq for any of its models. Those that cannot do what is wished, or are not configured, are passed over; nobody else is asked. In a form: parted by commas.
             * @example null
             */
            order?: string[] | null;
            /**
             * @description Spoken language, ISO 639-1. Left out: the model finds out.
             * @example en
             */
            language?: string;
            /**
             * @description Names and words to expect, or the style to write in.
             * @example Orion, Maria Lopez
             */
            prompt?: string;
            /**
             * @description Names and words to expect, after the prompt. In a form: parted by commas.
             * @example [
             *       "Orion",
             *       "Maria Lopez"
             *     ]
             */
            vocabulary?: string[];
            /**
             * @description translate: the text is in English, whatever is spoken; needs a model that can.
             * @default transcribe
             * @example transcribe
             * @enum {string}
             */
            task?: "transcribe" | "translate";
            /**
             * @description How freely the model guesses.
             * @example 0
             */
            temperature?: number;
            /**
             * @description Whether to tell speakers apart; needs a model that can.
             * @example false
             */
            diarize?: boolean;
            /**
             * @description Whether a clean result of the same sound with the same options in this workspace is taken over, at no cost. false: transcribe anew.
             * @default true
             * @example true
             */
            reuse?: boolean;
            /**
             * @description Goes before or after the workspace's other orders; other workspaces are not concerned.
             * @default normal
             * @example normal
             * @enum {string}
             */
            priority?: "high" | "normal" | "low";
            /**
             * @description separate: each channel is transcribed apart, and its name is the speaker of its lines; for calls with one person on each. A recording of two tracks always is.
             * @default mixed
             * @example separate
             * @enum {string}
             */
            channels?: "mixed" | "separate";
            /**
             * Format: uuid
             * @description A recording of this workspace; or say how long one is with seconds.
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            audioId?: string;
            /**
             * @description Of sound, in place of a recording.
             * @example 1800
             */
            seconds?: number;
        };
        EventCatalogueDto: {
            data: components["schemas"]["EventTypeDto"][];
        };
        EventTypeDto: {
            /** @example transcription.completed */
            type: components["schemas"]["WebhookEventTypeSent"];
            /** @example A transcript is there to be fetched. */
            description: string;
            example: components["schemas"]["WebhookEventDto"];
        };
        ExcerptPieceDto: {
            /** @example budget */
            text: string;
            /**
             * @description Whether it was searched for.
             * @example true
             */
            match: boolean;
        };
        ExchangeDto: {
            /**
             * @description From the address the browser came back to; good once, for a minute.
             * @example Q2h3RzJ1b0pUc0t4ZkR0b1ZrV3hLQ0Z5dVhNdXlCaU8
             */
            code: string;
        };
        FailedTriesDto: {
            /**
             * @description How many, of what is not done yet.
             * @example 0
             */
            count: number;
            /**
             * @description Why the last one did.
             * @example null
             */
            lastError: components["schemas"]["FailureDto"] | null;
            /**
             * Format: date-time
             * @description When the next one is; null while something goes on.
             * @example null
             */
            nextTryAt: string | null;
        };
        FailureDto: {
            /**
             * @description Stable.
             * @example provider_unavailable
             */
            code: string;
            /** @example openai gave no usable answer after 3 tries. Order the transcription again later, or with another provider. */
            detail: string;
        };
        FoundTranscriptDto: {
            /**
             * Format: uuid
             * @example 019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708
             */
            id: string;
            /**
             * @example completed
             * @enum {string}
             */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled";
            /**
             * @description What is being done, or was done last.
             * @example assemble
             * @enum {string}
             */
            stage: "prepare" | "transcribe" | "assemble";
            /**
             * @description Percent; never goes back.
             * @example 100
             */
            progress: number;
            /**
             * @description Set when the status is failed.
             * @example null
             */
            error: components["schemas"]["FailureDto"] | null;
            /**
             * Format: uuid
             * @description Null once the recording was deleted.
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            audioId: string | null;
            engine: components["schemas"]["EngineDto"];
            /**
             * @description Spoken language, when it is known.
             * @example en
             */
            language: string | null;
            /**
             * @description Seconds of sound, counted by decoding.
             * @example 41.3
             */
            durationSeconds: number | null;
            /**
             * @example normal
             * @enum {string}
             */
            priority: "high" | "normal" | "low";
            /**
             * Format: uuid
             * @description The transcription whose result this one took over, because sound and options were the same.
             * @example null
             */
            reusedFrom: string | null;
            /**
             * @description What a reader should know: a code, then a sentence.
             * @example [
             *       "low_accuracy: The offline engine hears about half of the words."
             *     ]
             */
            warnings: string[];
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:01.000Z
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:09.000Z
             */
            finishedAt: string | null;
            /**
             * @description How well it fits; only to be compared within one answer.
             * @example 0.0608
             */
            rank: number;
            /**
             * @description The first places in the text, to be shown one piece after the other.
             * @example [
             *       {
             *         "text": "we went through the ",
             *         "match": false
             *       },
             *       {
             *         "text": "budget",
             *         "match": true
             *       },
             *       {
             *         "text": " line by line",
             *         "match": false
             *       }
             *     ]
             */
            excerpt: components["schemas"]["ExcerptPieceDto"][];
        };
        FoundTranscriptPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["FoundTranscriptDto"][];
        };
        HealthDto: {
            /**
             * @example ok
             * @enum {string}
             */
            status: "ok" | "failing";
            /** @example api */
            app: string;
            /** @example 0.1.0 */
            version: string;
            /** @example 86400 */
            uptimeSeconds: number;
            /**
             * @description In detail only, as all that follows.
             * @example {
             *       "database": {
             *         "ok": true,
             *         "milliseconds": 2
             *       }
             *     }
             */
            checks?: {
                [key: string]: components["schemas"]["CheckDto"];
            };
            /** @description Null when the database does not tell. */
            queues?: components["schemas"]["QueueHealthDto"][] | null;
            /**
             * @description Workers that were seen within the last minute.
             * @example 2
             */
            workers?: number | null;
            providers?: components["schemas"]["ProviderStandingDto"][] | null;
            memory?: components["schemas"]["MemoryDto"];
        };
        ImportDto: {
            /**
             * Format: uri
             * @description Where the file lies: https or http, reachable by anybody on the public internet, without signing in. A signed link is kept sealed, and forgotten once it is fetched.
             * @example https://files.example.com/2026/meeting.opus
             */
            url: string;
            /**
             * @description What the recording is called. Left out: as in the address.
             * @example meeting.opus
             */
            name?: string;
            /**
             * @description SHA-256 the file must have, hexadecimal.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256?: string;
        };
        InvitationDto: {
            /**
             * Format: uuid
             * @example 019aa3a4-11aa-7c2d-9e3f-405162738495
             */
            id: string;
            /** @example grace@example.com */
            email: string;
            /**
             * @example member
             * @enum {string}
             */
            role: "admin" | "member" | "viewer";
            /**
             * Format: uuid
             * @description Who sent it.
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            invitedBy: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-28T09:00:00.000Z
             */
            expiresAt: string;
        };
        InvitationPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["InvitationDto"][];
        };
        InviteDto: {
            /** @example grace@example.com */
            email: string;
            /**
             * @description Owners are made by PATCH workspaces/{id}/members/{userId}.
             * @example member
             * @enum {string}
             */
            role: "admin" | "member" | "viewer";
        };
        KeyCallsDto: {
            /**
             * Format: date
             * @example 2026-09-01
             */
            from: string;
            /**
             * Format: date
             * @example 2026-09-30
             */
            to: string;
            /**
             * @description Calls on all these days. A few seconds behind.
             * @example 42
             */
            total: number;
            /** @description Oldest first; days without calls are left out. */
            days: components["schemas"]["CallsOfDayDto"][];
        };
        KeyUsageDto: {
            /**
             * Format: date
             * @example 2026-03-01
             */
            from: string;
            /**
             * Format: date
             * @example 2026-03-31
             */
            to: string;
            total: components["schemas"]["KeyUsageSumsDto"];
            /** @description By day and model, the latest day first; days without calls are left out. */
            days: components["schemas"]["KeyUsageOfDayDto"][];
        };
        KeyUsageOfDayDto: {
            /**
             * @description Calls, the failed ones included.
             * @example 42
             */
            calls: number;
            /** @example 1 */
            failed: number;
            /**
             * @description Seconds of sound in the calls that were answered.
             * @example 12345.6
             */
            audioSeconds: number;
            /**
             * @description Millionths of a US dollar by the price table; the provider's bill is the truth. null where no price is known.
             * @example 1234560
             */
            costMicroDollars: number | null;
            /**
             * Format: date
             * @example 2026-03-02
             */
            day: string;
            /** @example openai */
            provider: string;
            /** @example whisper-1 */
            model: string;
        };
        KeyUsageSumsDto: {
            /**
             * @description Calls, the failed ones included.
             * @example 42
             */
            calls: number;
            /** @example 1 */
            failed: number;
            /**
             * @description Seconds of sound in the calls that were answered.
             * @example 12345.6
             */
            audioSeconds: number;
            /**
             * @description Millionths of a US dollar by the price table; the provider's bill is the truth. null where no price is known.
             * @example 1234560
             */
            costMicroDollars: number | null;
        };
        KeyVerdictDto: {
            /** @example openai */
            provider: components["schemas"]["KeyedProvider"];
            /** @example false */
            valid: boolean;
            /**
             * @description The provider's code for its refusal.
             * @example invalid_api_key
             */
            code: string | null;
            /** @example openai does not know the key, or does not let it be checked. */
            detail: string;
        };
        /** @enum {string} */
        KeyedProvider: "openai" | "groq" | "gemini" | "elevenlabs" | "openrouter" | "huggingface" | "deepseek";
        LatencyDto: {
            /**
             * @description Half of the answers came within as many milliseconds.
             * @example 1840
             */
            p50: number;
            /**
             * @description Nineteen of twenty answers came within as many.
             * @example 5210
             */
            p95: number;
        };
        LetterRequestDto: {
            /** @example ada@example.com */
            email: string;
        };
        LetterRequestedDto: {
            /** @example ada@example.com */
            email: string;
            /**
             * @description If the address has an account that wants the letter, it is on its way.
             * @example requested
             * @enum {string}
             */
            status: "requested";
        };
        LinkDto: {
            /**
             * Format: uri
             * @example https://recordings.example.com/steno/workspaces/019aa3a0/original.opus?X-Amz-Signature=4f1f7d5b
             */
            url: string;
            /**
             * Format: date-time
             * @example 2026-11-21T10:00:00.000Z
             */
            expiresAt: string;
        };
        LiveDto: {
            /**
             * @example live
             * @enum {string}
             */
            status: "live";
        };
        LoginDto: {
            /** @example ada@example.com */
            email: string;
            /**
             * Format: password
             * @example a long sentence is a good password
             */
            password: string;
        };
        MeDto: {
            user: components["schemas"]["UserDto"];
            /** @description The workspace this request works in. */
            workspace: components["schemas"]["WorkspaceSummaryDto"];
        };
        MemberDto: {
            /**
             * Format: uuid
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            userId: string;
            /** @example ada@example.com */
            email: string;
            /** @example Ada Lovelace */
            name: string;
            /**
             * @example member
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            joinedAt: string;
        };
        MemberPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["MemberDto"][];
        };
        MemoryDto: {
            /** @example 160000000 */
            residentBytes: number;
            /** @example 70000000 */
            heapUsedBytes: number;
        };
        ModelPerformanceDto: {
            /** @example groq */
            provider: components["schemas"]["SpeechProvider"];
            /** @example whisper-large-v3-turbo */
            model: string;
            /**
             * @description All of them.
             * @example 120
             */
            calls: number;
            /**
             * @description Those that were cut off because nobody wanted the answer any more.
             * @example 2
             */
            cancelled: number;
            /**
             * @description Those that failed otherwise.
             * @example 6
             */
            failed: number;
            /**
             * @description These by their reason.
             * @example {
             *       "rate_limited": 4,
             *       "unavailable": 2
             *     }
             */
            failedByKind: {
                [key: string]: number;
            };
            /**
             * @description Share of failed calls, without the cut off ones.
             * @example 0.0508
             */
            errorRate: number | null;
            /** @description Of the answered calls; null without any. */
            latencyMs: components["schemas"]["LatencyDto"] | null;
            /**
             * @description Seconds of sound in the answered calls.
             * @example 33600
             */
            audioSeconds: number;
            /**
             * @description Seconds of sound heard in a second of waiting.
             * @example 92.4
             */
            timesRealTime: number | null;
            /**
             * @description Millionths of a US dollar. null: the price is not known.
             * @example 373520
             */
            costMicroDollars: number | null;
            /**
             * @description The same for an hour of sound.
             * @example 40020
             */
            microDollarsPerHour: number | null;
        };
        MonthlyReportDto: {
            /** @example 2026-03 */
            month: string;
            total: components["schemas"]["UsageSumsDto"];
            byDay: components["schemas"]["UsageGroupDto"][];
            byUser: components["schemas"]["UsageGroupDto"][];
            byApiKey: components["schemas"]["UsageGroupDto"][];
            /** @description By provider, model and key of the provider. */
            byModel: components["schemas"]["UsageGroupDto"][];
        };
        NeededQuotaDto: {
            /**
             * @example transcription
             * @enum {string}
             */
            resource: "storage" | "processing" | "transcription" | "calls" | "tokens";
            /**
             * @description Seconds of sound.
             * @example 1800
             */
            needed: number;
            /**
             * @description Seconds that are left; null: as many as you like.
             * @example 474.52
             */
            left: number | null;
            /** @example false */
            fits: boolean;
            /**
             * Format: date-time
             * @example 2026-12-01T00:00:00.000Z
             */
            resetAt: string | null;
        };
        NewUploadDto: {
            /**
             * @description Name of the file, for people.
             * @example conference.wav
             */
            name: string;
            /**
             * @description Size of the file. The server has a limit, 500 MB where nothing else was set.
             * @example 52428800
             */
            bytes: number;
            /**
             * @description Taken and not looked at: the bytes decide what it is.
             * @example audio/wav
             */
            contentType?: string;
            /**
             * @description SHA-256 of the file, hexadecimal. What arrives otherwise is refused.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256?: string;
        };
        OpenAiError: {
            error: {
                /** @description What was wrong this time and what to do. */
                message: string;
                /** @description OpenAI's word for the kind of error. */
                type: string;
                /** @description The field that is wrong. */
                param: string | null;
                /** @description Stable; branch on this. */
                code: string;
            };
        };
        OpenAiModelDto: {
            /** @example whisper-1 */
            id: string;
            /**
             * @example model
             * @enum {string}
             */
            object: "model";
            /**
             * @description Seconds since 1970: when what is known of it was read.
             * @example 1789257600
             */
            created: number;
            /**
             * @description Who serves it here.
             * @example openai
             */
            owned_by: string;
        };
        OpenAiModelListDto: {
            /**
             * @example list
             * @enum {string}
             */
            object: "list";
            data: components["schemas"]["OpenAiModelDto"][];
        };
        OrderBatchDto: {
            /**
             * @example [
             *       {
             *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
             *         "language": "en"
             *       }
             *     ]
             */
            items: components["schemas"]["OrderTranscriptionDto"][];
        };
        OrderTranscriptionDto: {
            /**
             * @description Who transcribes: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Left out: the server decides.
             * @example local
             */
            provider?: string;
            /**
             * @description One of the provider's models. Left out: the server decides.
             * @example pocketsphinx
             */
            model?: string;
            /**
             * @description By what the engine is chosen, and whoever stands in for it, in place of naming one: by price, by speed as measured lately, by accuracy, or private: it never leaves this machine. Left out: as the workspace or the server has it.
             * @example null
             * @enum {string|null}
             */
            policy?: "cheapest" | "fastest" | "best" | "private" | null;
            /**
             * @description Engines in the order they are to be asked in, in place of a policy: groq/whisper-large-v3-turbo, or groq for any of its models. Those that cannot do what is wished, or are not configured, are passed over; nobody else is asked. In a form: parted by commas.
             * @example null
             */
            order?: string[] | null;
            /**
             * @description Spoken language, ISO 639-1. Left out: the model finds out.
             * @example en
             */
            language?: string;
            /**
             * @description Names and words to expect, or the style to write in.
             * @example Orion, Maria Lopez
             */
            prompt?: string;
            /**
             * @description Names and words to expect, after the prompt. In a form: parted by commas.
             * @example [
             *       "Orion",
             *       "Maria Lopez"
             *     ]
             */
            vocabulary?: string[];
            /**
             * @description translate: the text is in English, whatever is spoken; needs a model that can.
             * @default transcribe
             * @example transcribe
             * @enum {string}
             */
            task?: "transcribe" | "translate";
            /**
             * @description How freely the model guesses.
             * @example 0
             */
            temperature?: number;
            /**
             * @description Whether to tell speakers apart; needs a model that can.
             * @example false
             */
            diarize?: boolean;
            /**
             * @description Whether a clean result of the same sound with the same options in this workspace is taken over, at no cost. false: transcribe anew.
             * @default true
             * @example true
             */
            reuse?: boolean;
            /**
             * @description Goes before or after the workspace's other orders; other workspaces are not concerned.
             * @default normal
             * @example normal
             * @enum {string}
             */
            priority?: "high" | "normal" | "low";
            /**
             * @description separate: each channel is transcribed apart, and its name is the speaker of its lines; for calls with one person on each. A recording of two tracks always is.
             * @default mixed
             * @example separate
             * @enum {string}
             */
            channels?: "mixed" | "separate";
            /**
             * Format: uuid
             * @description A recording of this workspace.
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            audioId: string;
        };
        PartNumbersDto: {
            /**
             * @description From 1.
             * @example [
             *       1,
             *       2,
             *       3
             *     ]
             */
            numbers: number[];
        };
        PartUrlDto: {
            /**
             * @description From 1.
             * @example 1
             */
            number: number;
            /**
             * @description The exact size of the part; another is refused.
             * @example 10485760
             */
            bytes: number;
            /**
             * Format: uri
             * @description Takes the bytes by PUT, without a token.
             * @example https://recordings.example.com/steno/workspaces/019aa3a0/original?partNumber=1&uploadId=b7c6&X-Amz-Signature=4f1f7d5b
             */
            url: string;
        };
        PartUrlsDto: {
            partUrls: components["schemas"]["PartUrlDto"][];
            /**
             * Format: date-time
             * @description When these URLs end; more may be had.
             * @example 2026-11-21T15:00:00.000Z
             */
            urlsExpireAt: string;
        };
        ProblemDto: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem; ends with the code.
             * @example /problems/validation_failed
             */
            type: string;
            /**
             * @description The same for every occurrence of the code.
             * @example Some fields are wrong
             */
            title: string;
            /**
             * @description The HTTP status.
             * @example 422
             */
            status: number;
            /**
             * @description What was wrong this time and what to do.
             * @example One field is wrong: email must be an e-mail address.
             */
            detail: string;
            /**
             * Format: uri-reference
             * @description The path that was asked for.
             * @example /api/v1/auth/register
             */
            instance: string;
            /**
             * @description Stable; branch on this.
             * @example validation_failed
             */
            code: string;
            /**
             * @description Give it when you report the problem; it stands in our logs.
             * @example req_019a0c2e7b6f7c3e9d1f2a3b4c5d6e7f
             */
            requestId: string;
            /** @description The wrong fields, when the code is validation_failed. */
            errors?: components["schemas"]["ViolationDto"][];
        };
        ProcessedDto: {
            /**
             * @description Jobs that waited for their next try and are tried now.
             * @example 3
             */
            triedNow: number;
            /**
             * @description Transcriptions that had failed by a fault of the service and are tried again.
             * @example 1
             */
            retried: number;
        };
        ProfileDto: {
            /**
             * Format: uuid
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            id: string;
            /** @example ada@example.com */
            email: string;
            /** @example true */
            emailVerified: boolean;
            /**
             * @description The address you asked for and have not confirmed yet.
             * @example null
             */
            pendingEmail: string | null;
            /** @example Ada Lovelace */
            name: string;
            /**
             * @description False when you only sign in elsewhere.
             * @example true
             */
            hasPassword: boolean;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
        };
        ProviderDto: {
            /** @example groq */
            id: components["schemas"]["SpeechProvider"];
            /**
             * @description Whether an order may name it.
             * @example true
             */
            usable: boolean;
            /**
             * @description Whose key work is done with; the workspace's own goes before the server's. null: there is none.
             * @example server
             * @enum {string|null}
             */
            key: "workspace" | "server" | "none_needed" | null;
            /**
             * @description What makes it usable; null when it is.
             * @example null
             */
            hint: string | null;
            /** @description The first one is used when an order names none. */
            models: components["schemas"]["SpeechModelDto"][];
        };
        ProviderHealthDto: {
            /** @example groq */
            id: components["schemas"]["SpeechProvider"];
            /**
             * @description `degraded`: a fifth of the last calls failed, or more. `failing`: the last five failed, or the key or the account has to be mended. `unknown`: it was not called in the last hour. `unconfigured`: there is no key.
             * @example ok
             */
            state: components["schemas"]["ProviderState"];
            /**
             * @description Whose key work is done with; the workspace's own goes before the server's. null: there is none.
             * @example server
             * @enum {string|null}
             */
            key: "workspace" | "server" | "none_needed" | null;
            /**
             * @description Whether the provider refused the workspace's own key.
             * @example false
             */
            keyRejected: boolean;
            /**
             * @description `open`: too many calls failed, so nothing is sent there for now. `half_open`: one call tries whether it works again.
             * @example closed
             * @enum {string}
             */
            circuit: "closed" | "open" | "half_open";
            /**
             * @description Calls of the last hour, the last twenty at most.
             * @example 12
             */
            calls: number;
            /**
             * @description Of these, how many failed.
             * @example 1
             */
            failed: number;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            lastAnsweredAt: string | null;
            /**
             * Format: date-time
             * @example 2026-03-02T09:02:00.000Z
             */
            lastFailedAt: string | null;
            /**
             * @description Why the last one that failed did.
             * @example rate_limited
             */
            lastError: string | null;
        };
        ProviderKeyDto: {
            /**
             * Format: uuid
             * @example 019aa3a4-7b8c-7d9e-8f01-a2b3c4d5e6f7
             */
            id: string;
            /** @example openai */
            provider: components["schemas"]["KeyedProvider"];
            /** @example Billing account of the newsroom */
            name: string;
            /**
             * @description The last four characters of the key; all of it that is ever shown.
             * @example cdef
             */
            lastFour: string;
            /**
             * @description Of a provider's active keys the oldest is used for all work of the workspace, before the server's own. `rejected`: the provider refused it; until it is replaced, disabled or deleted, work fails rather than moving to the server's key.
             * @example active
             */
            status: components["schemas"]["ProviderKeyStatus"];
            /**
             * Format: uuid
             * @example 019aa3a0-1a2b-7c3d-8e4f-5a6b7c8d9e0f
             */
            createdBy: string | null;
            /**
             * Format: date-time
             * @description When its provider last said that it is good.
             * @example 2026-03-02T09:15:00.000Z
             */
            validatedAt: string;
            /**
             * Format: date-time
             * @example 2026-03-02T09:20:00.000Z
             */
            lastUsedAt: string | null;
            /**
             * @description Why the last call with it that failed did, in the provider's code; null once it was validated again.
             * @example null
             */
            lastErrorCode: string | null;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            updatedAt: string;
        };
        ProviderKeyPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["ProviderKeyDto"][];
        };
        /**
         * @description Of a provider's active keys the oldest is used for all work of the workspace, before the server's own. `rejected`: the provider refused it; until it is replaced, disabled or deleted, work fails rather than moving to the server's key.
         * @enum {string}
         */
        ProviderKeyStatus: "active" | "rejected" | "disabled";
        ProviderKeysDto: {
            /** @example 3 */
            all: number;
            /**
             * @description Those that are neither waiting nor refused.
             * @example 2
             */
            usable: number;
        };
        ProviderStandingDto: {
            /** @example groq */
            id: string;
            /**
             * @description Open: nothing is sent there for now.
             * @example closed
             * @enum {string}
             */
            circuit: "closed" | "open" | "half_open";
            /**
             * @description Code of what is wrong.
             * @example null
             */
            reason: string | null;
            /**
             * @description Until it is tried again.
             * @example null
             */
            retryAfterSeconds: number | null;
            keys: components["schemas"]["ProviderKeysDto"];
        };
        /**
         * @description `degraded`: a fifth of the last calls failed, or more. `failing`: the last five failed, or the key or the account has to be mended. `unknown`: it was not called in the last hour. `unconfigured`: there is no key.
         * @enum {string}
         */
        ProviderState: "ok" | "degraded" | "failing" | "unknown" | "unconfigured";
        ProvidersDto: {
            providers: components["schemas"]["ProviderDto"][];
        };
        ProvidersHealthDto: {
            providers: components["schemas"]["ProviderHealthDto"][];
        };
        ProvidersPerformanceDto: {
            /**
             * Format: date-time
             * @description Calls from then on are counted.
             * @example 2026-03-02T09:15:00.000Z
             */
            since: string;
            models: components["schemas"]["ModelPerformanceDto"][];
        };
        ProvidersStandingDto: {
            providers: components["schemas"]["ProviderStandingDto"][];
        };
        QualityDto: {
            /**
             * @description Share of the seconds with speech that have text; null when there is no speech, or no times to tell by.
             * @example 0.97
             */
            coverage: number | null;
            /**
             * @description Seconds in which somebody may be speaking.
             * @example 38.6
             */
            speechSeconds: number;
            findings: components["schemas"]["QualityFindingDto"][];
        };
        QualityFindingDto: {
            /**
             * @example missing_text
             * @enum {string}
             */
            kind: "missing_text" | "failed_part" | "loop" | "text_over_silence" | "times_out_of_order" | "language_change";
            /**
             * @description Seconds from the start of the recording.
             * @example 61.4
             */
            start: number;
            /** @example 70.2 */
            end: number;
            /** @example There is no text from 1:01 to 1:10, where 8 s sound like speech. */
            detail: string;
            /**
             * @description mended: a second answer was better and stands in the transcript; confirmed: another engine heard the same; kept: neither; removed: the text was taken out.
             * @example mended
             * @enum {string}
             */
            outcome: "mended" | "confirmed" | "kept" | "removed";
            /**
             * @description Who was asked again: provider and model.
             * @example [
             *       "openai/whisper-1"
             *     ]
             */
            asked: string[];
        };
        QueueDto: {
            /**
             * @description Name of the job.
             * @example transcription.transcribe-chunk
             */
            job: string;
            /**
             * @description Which slots of a worker it takes.
             * @example speech
             * @enum {string}
             */
            slotClass: "media" | "speech" | "mail" | "fetch" | "webhook";
            /**
             * @description Due, and not begun.
             * @example 12
             */
            waiting: number;
            /**
             * @description Not due yet.
             * @example 1
             */
            later: number;
            /** @example 8 */
            running: number;
            /**
             * @description Of all workers; null when none takes this job.
             * @example 8
             */
            slots: number | null;
            /**
             * @description Seconds the oldest one has been due.
             * @example 42
             */
            oldestSeconds: number | null;
        };
        QueueHealthDto: {
            /** @example transcription.prepare */
            name: string;
            /**
             * @description Due, and not begun.
             * @example 3
             */
            waiting: number;
            /** @example 2 */
            running: number;
            /**
             * @description Of all workers; null when none takes this job.
             * @example 4
             */
            slots: number | null;
            /**
             * @description How long the oldest has been due; null when none waits.
             * @example 1.5
             */
            oldestSeconds: number | null;
        };
        QuotaDto: {
            /**
             * @description storage: recordings held. processing: sound decoded. transcription: sound that providers transcribed. calls: of the API. tokens: of language models.
             * @example transcription
             * @enum {string}
             */
            resource: "storage" | "processing" | "transcription" | "calls" | "tokens";
            /**
             * @example seconds
             * @enum {string}
             */
            unit: "bytes" | "seconds" | "calls" | "tokens";
            /**
             * @description null: as much as you like.
             * @example 1800
             */
            limit: number | null;
            /** @example 1205.48 */
            used: number;
            /**
             * @description Set aside for work under way.
             * @example 120
             */
            reserved: number;
            /**
             * @description What new work may take; null: as much as you like.
             * @example 474.52
             */
            left: number | null;
            /**
             * Format: date-time
             * @description The end of the month in the workspace's time zone. null: storage is what is held at any time.
             * @example 2026-12-01T00:00:00.000Z
             */
            resetAt: string | null;
        };
        /** @description A quota is used up; once a month for each. What goes beyond is refused. */
        QuotaExceededEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "quota.exceeded";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * @description What it is a quota of.
                 * @example storage
                 * @enum {string}
                 */
                resource: "storage" | "processing" | "transcription" | "calls" | "tokens";
                /**
                 * @description How much of it is used.
                 * @example 100
                 */
                percent: number;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        /** @description 80 % of a quota are used; once a month for each. */
        QuotaWarningEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "quota.warning";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * @description What it is a quota of.
                 * @example storage
                 * @enum {string}
                 */
                resource: "storage" | "processing" | "transcription" | "calls" | "tokens";
                /**
                 * @description How much of it is used.
                 * @example 80
                 */
                percent: number;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        QuotasDto: {
            /**
             * @example free
             * @enum {string}
             */
            plan: "free" | "pro" | "enterprise" | "custom";
            quotas: components["schemas"]["QuotaDto"][];
        };
        ReadyDto: {
            /** @example true */
            ready: boolean;
            /**
             * @example {
             *       "database": {
             *         "ok": true,
             *         "milliseconds": 2
             *       },
             *       "storage": {
             *         "ok": true,
             *         "milliseconds": 1
             *       },
             *       "worker": {
             *         "ok": true,
             *         "milliseconds": 2
             *       }
             *     }
             */
            checks: {
                [key: string]: components["schemas"]["CheckDto"];
            };
        };
        RecordingFormatDto: {
            /**
             * @description As `container` of a recording.
             * @example m4a
             */
            container: string;
            /** @example M4A */
            name: string;
            /** @example audio/mp4 */
            contentType: string;
        };
        RefreshDto: {
            /**
             * @description From the last login or refresh; good once.
             * @example 019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f.0.3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY
             */
            refreshToken: string;
        };
        RegisterDto: {
            /** @example ada@example.com */
            email: string;
            /**
             * Format: password
             * @description 10 characters or more, 72 bytes at most; no rules about their kinds, but none of those tried first.
             * @example a long sentence is a good password
             */
            password: string;
            /**
             * @description How other people see you.
             * @example Ada Lovelace
             */
            name: string;
        };
        ReplayWebhookDto: {
            /**
             * Format: date-time
             * @description Events that happened before are left out. By default from when the webhook was made; events are kept for 30 days.
             * @example 2026-03-01T00:00:00.000Z
             */
            since?: string;
        };
        ReplayedDto: {
            /**
             * @description Events that are sent now; 10 000 at most. Ask again for more.
             * @example 12
             */
            deliveries: number;
        };
        ResetPasswordDto: {
            /**
             * @description From the link in the letter; good once.
             * @example 3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY
             */
            token: string;
            /**
             * Format: password
             * @description 10 characters or more, 72 bytes at most; no rules about their kinds, but none of those tried first.
             * @example a long sentence is a good password
             */
            password: string;
        };
        RetentionChangeDto: {
            /** @example 30 */
            audioDays?: number | null;
            /** @example 365 */
            transcriptDays?: number | null;
        };
        RetentionDto: {
            /**
             * @description Recordings are deleted so many days after they came, unless they are just being transcribed. null: never.
             * @example 30
             */
            audioDays: number | null;
            /**
             * @description Transcriptions are deleted with their results so many days after they ended. null: never.
             * @example null
             */
            transcriptDays: number | null;
        };
        RotateApiKeyDto: {
            /**
             * @description How long the key of now goes on working; 0 ends it at once.
             * @default 86400
             * @example 3600
             */
            overlapSeconds?: number;
        };
        RotateProviderKeyDto: {
            /**
             * @description As its provider gave it. It is kept sealed and never shown again.
             * @example sk-proj-0123456789abcdef
             */
            apiKey: string;
        };
        RotateWebhookSecretDto: {
            /**
             * @description How long deliveries are signed with the secret of now, too; 0 ends it at once.
             * @default 86400
             * @example 86400
             */
            overlapSeconds?: number;
        };
        SecondTrackDto: {
            /**
             * @description Who speaks on the first track; the speaker of its lines.
             * @default Channel 1
             * @example Me
             */
            firstTrackName?: string;
            /**
             * @description Who speaks on the second track.
             * @default Channel 2
             * @example Others
             */
            secondTrackName?: string;
            /**
             * Format: uuid
             * @description Another recording of this workspace. It becomes a track of the first and stops being a recording of its own.
             * @example 019aa3a1-4c5d-7e6f-9a7b-8c9d0e1f2a3b
             */
            audioId: string;
        };
        SegmentDto: {
            /**
             * @description From 0, in the order of speech.
             * @example 0
             */
            index: number;
            /**
             * @description Seconds from the start of the recording.
             * @example 0.5
             */
            start: number;
            /** @example 3.2 */
            end: number;
            /** @example good morning everyone */
            text: string;
            /** @example null */
            speaker: string | null;
            /**
             * @description From 0, where channels were transcribed apart; their lines may overlap.
             * @example 0
             */
            channel: number | null;
            /** @example 0.87 */
            confidence: number | null;
            words: components["schemas"]["WordDto"][];
        };
        SegmentPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["SegmentDto"][];
        };
        SessionDto: {
            /**
             * Format: uuid
             * @example 019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f
             */
            id: string;
            /**
             * @description The User-Agent at the sign-in.
             * @example Mozilla/5.0 (X11; Linux x86_64)
             */
            device: string | null;
            /**
             * @description From where the sign-in came.
             * @example 203.0.113.7
             */
            address: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When its tokens were last renewed.
             * @example 2026-01-31T11:45:00.000Z
             */
            lastUsedAt: string;
            /**
             * @description Whether it is the session of this request.
             * @example true
             */
            current: boolean;
        };
        SessionPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["SessionDto"][];
        };
        SignedInDto: {
            user: components["schemas"]["UserDto"];
            /** @description Your personal workspace. */
            workspace: components["schemas"]["WorkspaceSummaryDto"];
            /**
             * @description Send it as Authorization: Bearer …
             * @example eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIwMTlhYTNhMCJ9.c2lnbmF0dXJl
             */
            accessToken: string;
            /**
             * @description Good for one POST auth/refresh.
             * @example 019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f.0.3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY
             */
            refreshToken: string;
            /**
             * @description Seconds the access token is valid.
             * @example 900
             */
            expiresIn: number;
        };
        SpeechAnswerDto: {
            /** @example And so, my fellow Americans, ask not what your country can do for you. */
            text: string;
            usage: components["schemas"]["DurationUsageDto"];
        };
        SpeechModelDto: {
            /**
             * @description As `model` of an order.
             * @example whisper-large-v3-turbo
             */
            id: string;
            /**
             * @description What it takes. Recordings are converted for it.
             * @example [
             *       "flac",
             *       "mp3",
             *       "wav"
             *     ]
             */
            formats: string[];
            /**
             * @description Largest part it takes. Recordings are cut for it.
             * @example 26148864
             */
            maxBytes: number;
            /**
             * @description Longest part it takes, in seconds.
             * @example 1800
             */
            maxSeconds: number;
            /**
             * @description The finest times it gives.
             * @example word
             * @enum {string}
             */
            timestamps: "word" | "segment" | "none";
            /**
             * @description Whether it tells speakers apart.
             * @example false
             */
            diarization: boolean;
            /**
             * @description Whether it can write English, whatever is spoken.
             * @example false
             */
            translation: boolean;
            /**
             * @description Codes of the languages it understands. null: all of GET audio/config/languages.
             * @example null
             */
            languages: string[] | null;
            /**
             * @description Whether its text is only fit to try things out with.
             * @example false
             */
            lowAccuracy: boolean;
            /**
             * @description 1: its vendor puts it above Whisper's large-v3; 2: about as good; 3: below. The policy best goes by it.
             * @example 3
             */
            accuracy: number;
            price: components["schemas"]["SpeechPriceDto"];
        };
        SpeechPriceDto: {
            /**
             * @description Millionths of a US dollar for a minute of sound. null: nobody knows, which is not the same as nothing.
             * @example 667
             */
            microDollarsPerMinute: number | null;
            /**
             * @description Seconds of sound that a call is billed for at least.
             * @example 10
             */
            leastSeconds: number;
            /**
             * @description Who says so.
             * @example https://groq.com/pricing
             */
            source: string;
            /**
             * @description When it was read.
             * @example 2026-08
             */
            date: string;
        };
        /** @enum {string} */
        SpeechProvider: "openai" | "groq" | "gemini" | "elevenlabs" | "openrouter" | "huggingface" | "local";
        SpeechSegmentDto: {
            /** @example 0 */
            id: number;
            /** @example 0 */
            seek: number;
            /** @example 0.3 */
            start: number;
            /** @example 3.3 */
            end: number;
            /** @example And so, my fellow Americans, */
            text: string;
            /** @example [] */
            tokens: number[];
            /** @example 0 */
            temperature: number;
            /**
             * @description Where the engine tells how sure it is; else 0.
             * @example -0.25
             */
            avg_logprob: number;
            /** @example 1 */
            compression_ratio: number;
            /** @example 0 */
            no_speech_prob: number;
        };
        SpeechWordDto: {
            /** @example And */
            word: string;
            /** @example 0.3 */
            start: number;
            /** @example 0.5 */
            end: number;
        };
        SpokenSegmentDto: {
            /**
             * @example transcript.text.segment
             * @enum {string}
             */
            type: "transcript.text.segment";
            /** @example seg_001 */
            id: string;
            /** @example 0.3 */
            start: number;
            /** @example 3.3 */
            end: number;
            /** @example And so, my fellow Americans, */
            text: string;
            /**
             * @description Letters, in the order they first speak.
             * @example A
             */
            speaker: string;
        };
        StuckJobsDto: {
            /** @example transcription.transcribe-chunk */
            job: string;
            /**
             * @description How many.
             * @example 12
             */
            jobs: number;
            /** @example Waits for a worker: none that takes it has been seen for 60 s. */
            reason: string;
        };
        SubscribeRestHookDto: {
            /**
             * Format: uri
             * @description On the public internet, unless the operator allows inner hosts. It is kept sealed.
             * @example https://hooks.zapier.com/hooks/standard/123456/abcdef/
             */
            targetUrl: string;
            /** @example transcription.completed */
            event: components["schemas"]["WebhookEventType"];
        };
        TrackDto: {
            /** @example Me */
            name: string;
            /**
             * @example opus
             * @enum {string}
             */
            container: "mp3" | "wav" | "mp4" | "m4a" | "aac" | "ogg" | "opus" | "flac" | "webm";
            /** @example 171234 */
            bytes: number;
            /**
             * @description Seconds the file claims.
             * @example 41.3
             */
            claimedSeconds: number | null;
            /**
             * @description When it begins, in seconds from the beginning of the track that began first; null until that was found out.
             * @example 0.42
             */
            startsAtSeconds: number | null;
        };
        TracksDto: {
            tracks: components["schemas"]["TrackDto"][];
            /**
             * @description Whether there is a mix of both to listen to, which download and url then give.
             * @example ready
             * @enum {string}
             */
            mix: "pending" | "ready" | "failed";
            /**
             * @description How they were aligned: by sound that is on both, or, where there is none, as begun together. Null until then.
             * @example sound
             * @enum {string|null}
             */
            alignedBy: "sound" | "start" | null;
            /**
             * @description By how many millionths the clock of the second recorder ran slow.
             * @example 12
             */
            clockDifference: number | null;
        };
        TranscribeUploadFormDto: {
            /**
             * @description Who transcribes: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Left out: the server decides.
             * @example local
             */
            provider?: string;
            /**
             * @description One of the provider's models. Left out: the server decides.
             * @example pocketsphinx
             */
            model?: string;
            /**
             * @description By what the engine is chosen, and whoever stands in for it, in place of naming one: by price, by speed as measured lately, by accuracy, or private: it never leaves this machine. Left out: as the workspace or the server has it.
             * @example null
             * @enum {string|null}
             */
            policy?: "cheapest" | "fastest" | "best" | "private" | null;
            /**
             * @description Engines in the order they are to be asked in, in place of a policy: groq/whisper-large-v3-turbo, or groq for any of its models. Those that cannot do what is wished, or are not configured, are passed over; nobody else is asked. In a form: parted by commas.
             * @example null
             */
            order?: string[] | null;
            /**
             * @description Spoken language, ISO 639-1. Left out: the model finds out.
             * @example en
             */
            language?: string;
            /**
             * @description Names and words to expect, or the style to write in.
             * @example Orion, Maria Lopez
             */
            prompt?: string;
            /**
             * @description Names and words to expect, after the prompt. In a form: parted by commas.
             * @example [
             *       "Orion",
             *       "Maria Lopez"
             *     ]
             */
            vocabulary?: string[];
            /**
             * @description translate: the text is in English, whatever is spoken; needs a model that can.
             * @default transcribe
             * @example transcribe
             * @enum {string}
             */
            task?: "transcribe" | "translate";
            /**
             * @description How freely the model guesses.
             * @example 0
             */
            temperature?: number;
            /**
             * @description Whether to tell speakers apart; needs a model that can.
             * @example false
             */
            diarize?: boolean;
            /**
             * @description Whether a clean result of the same sound with the same options in this workspace is taken over, at no cost. false: transcribe anew.
             * @default true
             * @example true
             */
            reuse?: boolean;
            /**
             * @description Goes before or after the workspace's other orders; other workspaces are not concerned.
             * @default normal
             * @example normal
             * @enum {string}
             */
            priority?: "high" | "normal" | "low";
            /**
             * @description separate: each channel is transcribed apart, and its name is the speaker of its lines; for calls with one person on each. A recording of two tracks always is.
             * @default mixed
             * @example separate
             * @enum {string}
             */
            channels?: "mixed" | "separate";
            /**
             * Format: binary
             * @description The recording: MP3, WAV, MP4, M4A, AAC, OGG, Opus, FLAC or WebM.
             */
            file: string;
            /**
             * Format: binary
             * @description A second recording of the same event, such as what the computer played beside the microphone.
             */
            secondFile?: string;
            /**
             * @description Who speaks on the first recording of two.
             * @default Channel 1
             * @example Me
             */
            firstTrackName?: string;
            /**
             * @description Who speaks on the second.
             * @default Channel 2
             * @example Others
             */
            secondTrackName?: string;
        };
        /** @description A transcription was cancelled by somebody. */
        TranscriptionCancelledEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "transcription.cancelled";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The transcription.
                 * @example 019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071
                 */
                transcriptionId: string;
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string | null;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        /** @description A transcript is there to be fetched. */
        TranscriptionCompletedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "transcription.completed";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The transcription.
                 * @example 019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071
                 */
                transcriptionId: string;
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string | null;
                /**
                 * @description What is spoken: ISO 639-1, or the name the engine gave.
                 * @example en
                 */
                language: string | null;
                /**
                 * @description How long the recording is.
                 * @example 1834.2
                 */
                durationSeconds: number | null;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        /** @description A transcription was ordered. */
        TranscriptionCreatedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "transcription.created";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The transcription.
                 * @example 019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071
                 */
                transcriptionId: string;
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string | null;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        /** @description A transcription was deleted with its transcript. */
        TranscriptionDeletedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "transcription.deleted";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The transcription.
                 * @example 019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071
                 */
                transcriptionId: string;
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string | null;
                /**
                 * @description Who had it deleted: somebody by a request, or the retention of the workspace.
                 * @example request
                 * @enum {string}
                 */
                cause: "request" | "retention";
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        TranscriptionDto: {
            /**
             * Format: uuid
             * @example 019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708
             */
            id: string;
            /**
             * @example completed
             * @enum {string}
             */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled";
            /**
             * @description What is being done, or was done last.
             * @example assemble
             * @enum {string}
             */
            stage: "prepare" | "transcribe" | "assemble";
            /**
             * @description Percent; never goes back.
             * @example 100
             */
            progress: number;
            /**
             * @description Set when the status is failed.
             * @example null
             */
            error: components["schemas"]["FailureDto"] | null;
            /**
             * Format: uuid
             * @description Null once the recording was deleted.
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            audioId: string | null;
            engine: components["schemas"]["EngineDto"];
            /**
             * @description Spoken language, when it is known.
             * @example en
             */
            language: string | null;
            /**
             * @description Seconds of sound, counted by decoding.
             * @example 41.3
             */
            durationSeconds: number | null;
            /**
             * @example normal
             * @enum {string}
             */
            priority: "high" | "normal" | "low";
            /**
             * Format: uuid
             * @description The transcription whose result this one took over, because sound and options were the same.
             * @example null
             */
            reusedFrom: string | null;
            /**
             * @description What a reader should know: a code, then a sentence.
             * @example [
             *       "low_accuracy: The offline engine hears about half of the words."
             *     ]
             */
            warnings: string[];
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:01.000Z
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:09.000Z
             */
            finishedAt: string | null;
            /** @description How far the transcript can be trusted. Set when the status is completed. */
            quality: components["schemas"]["QualityDto"] | null;
            /**
             * @description Set when the status is completed.
             * @example good morning everyone let us start
             */
            text: string | null;
        };
        /** @description A transcription has come to nothing. The transcription says why in words. */
        TranscriptionFailedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "transcription.failed";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The transcription.
                 * @example 019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071
                 */
                transcriptionId: string;
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string | null;
                /**
                 * @description Why: the code of the error that the transcription has.
                 * @example recording_unreadable
                 */
                errorCode: string | null;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        TranscriptionFormDto: {
            /**
             * Format: binary
             * @description The recording, whatever its name and declared type say.
             */
            file: string;
            /**
             * @description A model's own name, or `provider/model`; GET /v1/models lists them. `whisper-1` is OpenAI's where OpenAI is to be had, and else whatever the installation prefers.
             * @example whisper-1
             */
            model: string;
            /**
             * @description Names and words to expect, or the words before.
             * @example Orion, Maria Lopez
             */
            prompt?: string;
            /**
             * @description How freely the model guesses.
             * @default 0
             * @example 0
             */
            temperature?: number;
            /**
             * @description Spoken language, ISO 639-1. Left out: the model finds out.
             * @example en
             */
            language?: string;
            /**
             * @description srt, vtt and verbose_json need a model that gives times, diarized_json one that tells speakers apart.
             * @default json
             * @example json
             * @enum {string}
             */
            response_format?: "json" | "text" | "srt" | "verbose_json" | "vtt" | "diarized_json";
            /**
             * @description Which times verbose_json has. Also as `timestamp_granularities[]`.
             * @default [
             *       "segment"
             *     ]
             * @example [
             *       "segment"
             *     ]
             */
            timestamp_granularities?: ("word" | "segment")[];
            /**
             * @description `logprobs`: how sure the engine is of each token, in json of gpt-4o-transcribe and gpt-4o-mini-transcribe. Also as `include[]`.
             * @example []
             */
            include?: string[];
            /**
             * @description Whether to tell the text as server-sent events; whisper-1 ignores it.
             * @default false
             * @example false
             */
            stream?: boolean;
            /**
             * @description Accepted in every form OpenAI takes, and left to the server: long recordings are always cut at pauses.
             * @example auto
             */
            chunking_strategy?: string;
        };
        TranscriptionPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["TranscriptionSummaryDto"][];
        };
        TranscriptionProgressDto: {
            /**
             * Format: uuid
             * @example 019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708
             */
            id: string;
            /**
             * @example completed
             * @enum {string}
             */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled";
            /**
             * @description What is being done, or was done last.
             * @example assemble
             * @enum {string}
             */
            stage: "prepare" | "transcribe" | "assemble";
            /**
             * @description Percent; never goes back.
             * @example 100
             */
            progress: number;
            /**
             * @description Set when the status is failed.
             * @example null
             */
            error: components["schemas"]["FailureDto"] | null;
            /**
             * @description Its place in the line; null once it was begun.
             * @example 3
             */
            queuePosition: number | null;
            /**
             * @description By the speeds measured lately and what goes before; null when it is finished or nothing is known to reckon from.
             * @example 40
             */
            estimatedSecondsLeft: number | null;
            failedTries: components["schemas"]["FailedTriesDto"];
        };
        /** @description Work on a transcription has begun. */
        TranscriptionStartedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "transcription.started";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The transcription.
                 * @example 019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071
                 */
                transcriptionId: string;
                /**
                 * Format: uuid
                 * @description The recording.
                 * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
                 */
                audioId: string | null;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        TranscriptionSummaryDto: {
            /**
             * Format: uuid
             * @example 019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708
             */
            id: string;
            /**
             * @example completed
             * @enum {string}
             */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled";
            /**
             * @description What is being done, or was done last.
             * @example assemble
             * @enum {string}
             */
            stage: "prepare" | "transcribe" | "assemble";
            /**
             * @description Percent; never goes back.
             * @example 100
             */
            progress: number;
            /**
             * @description Set when the status is failed.
             * @example null
             */
            error: components["schemas"]["FailureDto"] | null;
            /**
             * Format: uuid
             * @description Null once the recording was deleted.
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            audioId: string | null;
            engine: components["schemas"]["EngineDto"];
            /**
             * @description Spoken language, when it is known.
             * @example en
             */
            language: string | null;
            /**
             * @description Seconds of sound, counted by decoding.
             * @example 41.3
             */
            durationSeconds: number | null;
            /**
             * @example normal
             * @enum {string}
             */
            priority: "high" | "normal" | "low";
            /**
             * Format: uuid
             * @description The transcription whose result this one took over, because sound and options were the same.
             * @example null
             */
            reusedFrom: string | null;
            /**
             * @description What a reader should know: a code, then a sentence.
             * @example [
             *       "low_accuracy: The offline engine hears about half of the words."
             *     ]
             */
            warnings: string[];
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:01.000Z
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:09.000Z
             */
            finishedAt: string | null;
        };
        TransferOwnershipDto: {
            /**
             * Format: uuid
             * @description A member, who becomes the owner.
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            userId: string;
        };
        TranslationFormDto: {
            /**
             * Format: binary
             * @description The recording, whatever its name and declared type say.
             */
            file: string;
            /**
             * @description A model's own name, or `provider/model`; GET /v1/models lists them. `whisper-1` is OpenAI's where OpenAI is to be had, and else whatever the installation prefers.
             * @example whisper-1
             */
            model: string;
            /**
             * @description Names and words to expect, or the words before.
             * @example Orion, Maria Lopez
             */
            prompt?: string;
            /**
             * @description How freely the model guesses.
             * @default 0
             * @example 0
             */
            temperature?: number;
            /**
             * @description srt, vtt and verbose_json need a model that gives times.
             * @default json
             * @example json
             * @enum {string}
             */
            response_format?: "json" | "text" | "srt" | "verbose_json" | "vtt";
        };
        UploadDto: {
            /**
             * Format: uuid
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            id: string;
            /**
             * @description In parts by URL, resumable in order, or fetched from a URL.
             * @example parts
             * @enum {string}
             */
            kind: "parts" | "resumable" | "url";
            /**
             * @example open
             * @enum {string}
             */
            status: "open" | "completing" | "completed" | "failed" | "aborted" | "expired";
            /** @example conference.wav */
            name: string;
            /**
             * @description Size of the whole; null until it is known.
             * @example 52428800
             */
            bytes: number | null;
            /**
             * @description What has arrived. Of an upload in parts, lists say it only once it is complete.
             * @example 10485760
             */
            receivedBytes: number;
            /**
             * @description Whole percents of the bytes.
             * @example 20
             */
            percentage: number | null;
            /**
             * @description Size of every part but the last.
             * @example 10485760
             */
            partBytes: number | null;
            /** @example 5 */
            partCount: number | null;
            /**
             * @description What was announced.
             * @example null
             */
            sha256: string | null;
            /**
             * @description The host it is fetched from.
             * @example null
             */
            sourceHost: string | null;
            /**
             * Format: uuid
             * @description The recording, once it is complete.
             * @example null
             */
            audioId: string | null;
            /** @example null */
            error: components["schemas"]["UploadFailureDto"] | null;
            /**
             * Format: date-time
             * @description When it is given up.
             * @example 2026-11-22T09:00:00.000Z
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example null
             */
            finishedAt: string | null;
        };
        /** @description An upload, or an import, has come to nothing: its bytes are no recording, could not be fetched, or did not come in time. */
        UploadFailedEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "upload.failed";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The upload.
                 * @example 019aa3a0-1a2b-7c3d-8e4f-506172839405
                 */
                uploadId: string;
                /**
                 * @description Why: the `errorCode` of the upload, or `upload_expired`.
                 * @example upload_expired
                 */
                errorCode: string;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        UploadFailureDto: {
            /** @example checksum_mismatch */
            code: string;
            /** @example The SHA-256 of what arrived is not the one that was announced. Nothing was kept; send it again. */
            detail: string;
        };
        UploadFormDto: {
            /**
             * @description Who speaks on the first track; the speaker of its lines.
             * @default Channel 1
             * @example Me
             */
            firstTrackName?: string;
            /**
             * @description Who speaks on the second track.
             * @default Channel 2
             * @example Others
             */
            secondTrackName?: string;
            /**
             * Format: binary
             * @description The recording: MP3, WAV, MP4, M4A, AAC, OGG, Opus, FLAC or WebM.
             */
            file: string;
            /**
             * Format: binary
             * @description A second recording of the same event, such as what the computer played beside the microphone. It becomes the second track.
             */
            secondFile?: string;
        };
        UploadPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["UploadDto"][];
        };
        UploadProgressDto: {
            /**
             * Format: uuid
             * @example 019aa3a1-2b3c-7d4e-8f50-617283940a1b
             */
            id: string;
            /**
             * @description In parts by URL, resumable in order, or fetched from a URL.
             * @example parts
             * @enum {string}
             */
            kind: "parts" | "resumable" | "url";
            /**
             * @example open
             * @enum {string}
             */
            status: "open" | "completing" | "completed" | "failed" | "aborted" | "expired";
            /** @example conference.wav */
            name: string;
            /**
             * @description Size of the whole; null until it is known.
             * @example 52428800
             */
            bytes: number | null;
            /**
             * @description What has arrived. Of an upload in parts, lists say it only once it is complete.
             * @example 10485760
             */
            receivedBytes: number;
            /**
             * @description Whole percents of the bytes.
             * @example 20
             */
            percentage: number | null;
            /**
             * @description Size of every part but the last.
             * @example 10485760
             */
            partBytes: number | null;
            /** @example 5 */
            partCount: number | null;
            /**
             * @description What was announced.
             * @example null
             */
            sha256: string | null;
            /**
             * @description The host it is fetched from.
             * @example null
             */
            sourceHost: string | null;
            /**
             * Format: uuid
             * @description The recording, once it is complete.
             * @example null
             */
            audioId: string | null;
            /** @example null */
            error: components["schemas"]["UploadFailureDto"] | null;
            /**
             * Format: date-time
             * @description When it is given up.
             * @example 2026-11-22T09:00:00.000Z
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example null
             */
            finishedAt: string | null;
            /** @description Those that arrived whole; empty once the upload is over. */
            parts: components["schemas"]["ArrivedPartDto"][];
        };
        UsageDto: {
            /**
             * Format: date
             * @example 2026-03-01
             */
            from: string;
            /**
             * Format: date
             * @example 2026-03-31
             */
            to: string;
            total: components["schemas"]["UsageSumsDto"];
            /** @description In the order of what they are told apart by; none without groupBy. */
            groups: components["schemas"]["UsageGroupDto"][];
        };
        UsageGroupDto: {
            /**
             * @description Calls to providers, the failed ones included.
             * @example 42
             */
            calls: number;
            /** @example 1 */
            failed: number;
            /**
             * @description Seconds of sound in the calls that were answered.
             * @example 12345.6
             */
            audioSeconds: number;
            /**
             * @description Tokens that language models read.
             * @example 0
             */
            inputTokens: number;
            /**
             * @description Tokens that they wrote.
             * @example 0
             */
            outputTokens: number;
            /**
             * @description Millionths of a US dollar by the price table, of the calls whose price is known; the provider's bill is the truth.
             * @example 1234560
             */
            costMicroDollars: number;
            /**
             * @description Calls whose cost nobody knows; they are not in costMicroDollars.
             * @example 0
             */
            unknownCostCalls: number;
            /**
             * Format: date
             * @example 2026-03-02
             */
            day?: string;
            /** @example 2026-03 */
            month?: string;
            /**
             * @description Who ordered it; also once they are gone.
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            userId?: string | null;
            /**
             * @description With which key; null: in person.
             * @example null
             */
            apiKeyId?: string | null;
            /**
             * @description The workspace's own key at the provider; null: the server's.
             * @example null
             */
            providerKeyId?: string | null;
            /**
             * @description The server's key at the provider, by an id that stays the same and says nothing of it; null: none of them.
             * @example 0b6a5b43-7a54-5b0c-9d0e-6f5a1b2c3d4e
             */
            installationKeyId?: string | null;
            /** @example openai */
            provider?: string;
            /** @example whisper-1 */
            model?: string;
        };
        UsageRowDto: {
            /**
             * @description Calls to providers, the failed ones included.
             * @example 42
             */
            calls: number;
            /** @example 1 */
            failed: number;
            /**
             * @description Seconds of sound in the calls that were answered.
             * @example 12345.6
             */
            audioSeconds: number;
            /**
             * @description Tokens that language models read.
             * @example 0
             */
            inputTokens: number;
            /**
             * @description Tokens that they wrote.
             * @example 0
             */
            outputTokens: number;
            /**
             * @description Millionths of a US dollar by the price table, of the calls whose price is known; the provider's bill is the truth.
             * @example 1234560
             */
            costMicroDollars: number;
            /**
             * @description Calls whose cost nobody knows; they are not in costMicroDollars.
             * @example 0
             */
            unknownCostCalls: number;
            /**
             * Format: date
             * @example 2026-03-02
             */
            day: string | null;
            /** @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a */
            userId: string | null;
            /** @example null */
            apiKeyId: string | null;
            /** @example null */
            providerKeyId: string | null;
            /** @example 0b6a5b43-7a54-5b0c-9d0e-6f5a1b2c3d4e */
            installationKeyId: string | null;
            /** @example openai */
            provider: string | null;
            /** @example whisper-1 */
            model: string | null;
        };
        UsageSumsDto: {
            /**
             * @description Calls to providers, the failed ones included.
             * @example 42
             */
            calls: number;
            /** @example 1 */
            failed: number;
            /**
             * @description Seconds of sound in the calls that were answered.
             * @example 12345.6
             */
            audioSeconds: number;
            /**
             * @description Tokens that language models read.
             * @example 0
             */
            inputTokens: number;
            /**
             * @description Tokens that they wrote.
             * @example 0
             */
            outputTokens: number;
            /**
             * @description Millionths of a US dollar by the price table, of the calls whose price is known; the provider's bill is the truth.
             * @example 1234560
             */
            costMicroDollars: number;
            /**
             * @description Calls whose cost nobody knows; they are not in costMicroDollars.
             * @example 0
             */
            unknownCostCalls: number;
        };
        UserDto: {
            /**
             * Format: uuid
             * @example 019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a
             */
            id: string;
            /** @example ada@example.com */
            email: string;
            /** @example Ada Lovelace */
            name: string;
        };
        VerboseSpeechAnswerDto: {
            /** @example And so, my fellow Americans, ask not what your country can do for you. */
            text: string;
            usage: components["schemas"]["DurationUsageDto"];
            /**
             * @example transcribe
             * @enum {string}
             */
            task: "transcribe" | "translate";
            /**
             * @description In English; unknown where the engine does not say.
             * @example english
             */
            language: string;
            /** @example 11 */
            duration: number;
            words?: components["schemas"]["SpeechWordDto"][];
            segments?: components["schemas"]["SpeechSegmentDto"][];
        };
        VerificationSentDto: {
            /** @example ada@example.com */
            email: string;
            /**
             * @description A letter is on its way. If the address had an account already, it tells its owner so.
             * @example verification_sent
             * @enum {string}
             */
            status: "verification_sent";
        };
        VerifyEmailDto: {
            /**
             * @description From the link in the letter; good once.
             * @example 3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY
             */
            token: string;
        };
        ViolationDto: {
            /**
             * @description Where in the request, dotted.
             * @example email
             */
            path: string;
            /**
             * @description What the value must be.
             * @example email must be an e-mail address
             */
            message: string;
            /**
             * @description Stable name of the rule.
             * @example is_email
             */
            code: string;
        };
        /** @enum {string} */
        WebhookDeliveryStatus: "waiting" | "sending" | "delivered" | "failed" | "missed";
        /** @description An endpoint is sent nothing any more: it answered 410, or failed for too long. */
        WebhookDisabledEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "webhook.disabled";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The webhook.
                 * @example 019aa3a5-0a1b-7c2d-8e3f-405162738495
                 */
                webhookId: string;
                /**
                 * @description Why.
                 * @example failing
                 * @enum {string}
                 */
                reason: "failing" | "gone";
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        WebhookDto: {
            /**
             * Format: uuid
             * @example 019aa3a5-0a1b-7c2d-8e3f-405162738495
             */
            id: string;
            /** @example standard */
            kind: components["schemas"]["WebhookKind"];
            /** @example Newsroom archive */
            name: string;
            /**
             * Format: uri
             * @description On the public internet, unless the operator allows inner hosts. It is kept sealed.
             * @example https://hooks.example.com/steno
             */
            url: string;
            /**
             * @description Types of events that are wanted; none: all, also those that are yet to come.
             * @example [
             *       "transcription.completed",
             *       "transcription.failed"
             *     ]
             */
            events: components["schemas"]["WebhookEventType"][];
            /** @example active */
            status: components["schemas"]["WebhookStatus"];
            /**
             * @description `by_user`: somebody did it; `gone`: it answered 410; `failing`: 10 events in a row used up their tries, or nothing could be delivered for 120 hours.
             * @example null
             * @enum {string|null}
             */
            disabledReason: "by_user" | "gone" | "failing" | null;
            /**
             * Format: date-time
             * @example null
             */
            disabledAt: string | null;
            /**
             * Format: date-time
             * @description Since when no delivery succeeded; null when the last did.
             * @example null
             */
            failingSince: string | null;
            /**
             * Format: date-time
             * @example 2026-03-02T09:20:00.000Z
             */
            lastDeliveredAt: string | null;
            /**
             * Format: date-time
             * @description Until when the secret before the current one signs, too.
             * @example null
             */
            previousSecretUntil: string | null;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            updatedAt: string;
        };
        /** @description An event as endpoints are sent it; `type` says which. */
        WebhookEventDto: components["schemas"]["UploadFailedEvent"] | components["schemas"]["AudioUploadedEvent"] | components["schemas"]["AudioTranscribedEvent"] | components["schemas"]["AudioDeletedEvent"] | components["schemas"]["TranscriptionCreatedEvent"] | components["schemas"]["TranscriptionStartedEvent"] | components["schemas"]["TranscriptionCompletedEvent"] | components["schemas"]["TranscriptionFailedEvent"] | components["schemas"]["TranscriptionCancelledEvent"] | components["schemas"]["TranscriptionDeletedEvent"] | components["schemas"]["QuotaWarningEvent"] | components["schemas"]["QuotaExceededEvent"] | components["schemas"]["WebhookDisabledEvent"] | components["schemas"]["WebhookTestEvent"];
        /** @enum {string} */
        WebhookEventType: "upload.failed" | "audio.uploaded" | "audio.transcribed" | "audio.deleted" | "transcription.created" | "transcription.started" | "transcription.completed" | "transcription.failed" | "transcription.cancelled" | "transcription.deleted" | "quota.warning" | "quota.exceeded" | "webhook.disabled";
        /** @enum {string} */
        WebhookEventTypeSent: "upload.failed" | "audio.uploaded" | "audio.transcribed" | "audio.deleted" | "transcription.created" | "transcription.started" | "transcription.completed" | "transcription.failed" | "transcription.cancelled" | "transcription.deleted" | "quota.warning" | "quota.exceeded" | "webhook.disabled" | "webhook.test";
        /** @enum {string} */
        WebhookKind: "standard" | "slack" | "discord" | "rest_hook";
        WebhookPageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["WebhookDto"][];
        };
        /** @enum {string} */
        WebhookStatus: "active" | "disabled";
        /** @description Somebody wants to see whether deliveries arrive. Sent to one endpoint, whatever it subscribed to, and tried once. */
        WebhookTestEvent: {
            /**
             * Format: uuid
             * @description As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.
             * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "webhook.test";
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-03-02T09:15:00.000Z
             */
            timestamp: string;
            /** @description Ids and small facts; what was said is fetched with the ids. */
            data: {
                /**
                 * Format: uuid
                 * @description The webhook.
                 * @example 019aa3a5-0a1b-7c2d-8e3f-405162738495
                 */
                webhookId: string;
                /**
                 * Format: int64
                 * @description Grows with every event about the same thing, for events may overtake one another.
                 * @example 1772442900000
                 */
                sequence: number;
            };
        };
        WebhookWithSecretDto: {
            /**
             * Format: uuid
             * @example 019aa3a5-0a1b-7c2d-8e3f-405162738495
             */
            id: string;
            /** @example standard */
            kind: components["schemas"]["WebhookKind"];
            /** @example Newsroom archive */
            name: string;
            /**
             * Format: uri
             * @description On the public internet, unless the operator allows inner hosts. It is kept sealed.
             * @example https://hooks.example.com/steno
             */
            url: string;
            /**
             * @description Types of events that are wanted; none: all, also those that are yet to come.
             * @example [
             *       "transcription.completed",
             *       "transcription.failed"
             *     ]
             */
            events: components["schemas"]["WebhookEventType"][];
            /** @example active */
            status: components["schemas"]["WebhookStatus"];
            /**
             * @description `by_user`: somebody did it; `gone`: it answered 410; `failing`: 10 events in a row used up their tries, or nothing could be delivered for 120 hours.
             * @example null
             * @enum {string|null}
             */
            disabledReason: "by_user" | "gone" | "failing" | null;
            /**
             * Format: date-time
             * @example null
             */
            disabledAt: string | null;
            /**
             * Format: date-time
             * @description Since when no delivery succeeded; null when the last did.
             * @example null
             */
            failingSince: string | null;
            /**
             * Format: date-time
             * @example 2026-03-02T09:20:00.000Z
             */
            lastDeliveredAt: string | null;
            /**
             * Format: date-time
             * @description Until when the secret before the current one signs, too.
             * @example null
             */
            previousSecretUntil: string | null;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-02T09:15:00.000Z
             */
            updatedAt: string;
            /**
             * @description What deliveries are signed with. Shown this once.
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKY==
             */
            secret: string;
        };
        WordDto: {
            /** @example 0.52 */
            start: number;
            /** @example 0.8 */
            end: number;
            /** @example good */
            text: string;
            /**
             * @description 0 to 1, when the engine says.
             * @example 0.93
             */
            confidence: number | null;
        };
        WorkerDto: {
            /** @example worker-1/4711/9f8e7d6c */
            name: string;
            /** @example worker-1 */
            host: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description When it last proved that it takes jobs.
             * @example 2026-11-21T09:30:00.000Z
             */
            seenAt: string;
            /**
             * @description Jobs it does at once, by name.
             * @example {
             *       "transcription.transcribe-chunk": 8
             *     }
             */
            slots: {
                [key: string]: number;
            };
            /**
             * @description Jobs it has at this moment.
             * @example 3
             */
            busy: number;
        };
        WorkspaceChangeDto: {
            /** @example Analytical engines */
            name?: string;
            /**
             * @description By IANA's name. Quotas go by its months from the end of the current one on.
             * @example Europe/Berlin
             */
            timezone?: string;
            retention?: components["schemas"]["RetentionChangeDto"];
            /**
             * @description Takes the place of a speechOrder. null: none.
             * @example cheapest
             * @enum {string|null}
             */
            speechPolicy?: "cheapest" | "fastest" | "best" | "private" | null;
            /**
             * @description groq/whisper-large-v3-turbo, or groq for any of its models. Takes the place of a speechPolicy. null: none.
             * @example null
             */
            speechOrder?: string[] | null;
        };
        WorkspaceDto: {
            /**
             * Format: uuid
             * @example 019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f
             */
            id: string;
            /** @example Analytical engines */
            name: string;
            /**
             * @description A personal one comes with the account and stays with its one owner.
             * @example team
             * @enum {string}
             */
            kind: "personal" | "team";
            /**
             * @description By IANA's name; quotas and reports go by its months.
             * @example Europe/Berlin
             */
            timezone: string;
            /**
             * @description Decides its limits.
             * @example free
             * @enum {string}
             */
            plan: "free" | "pro" | "enterprise" | "custom";
            /**
             * @description Your role in it.
             * @example owner
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
            retention: components["schemas"]["RetentionDto"];
            /**
             * @description By what engines are chosen for orders that say nothing of it: by price, by speed, by accuracy, or only on this machine. null: by speechOrder, else as the server does.
             * @example cheapest
             * @enum {string|null}
             */
            speechPolicy: "cheapest" | "fastest" | "best" | "private" | null;
            /**
             * @description Engines in the order they are asked in by such orders, and nobody else; null: by speechPolicy, else as the server does.
             * @example null
             */
            speechOrder: string[] | null;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-21T09:00:00.000Z
             */
            updatedAt: string;
            /**
             * Format: date-time
             * @description Set in GET workspaces?deleted=true alone.
             * @example null
             */
            deletedAt: string | null;
            /**
             * Format: date-time
             * @description Until when a deleted one can be restored; then it goes with all it holds.
             * @example null
             */
            restorableUntil: string | null;
        };
        WorkspaceNameDto: {
            /** @example Analytical engines */
            name: string;
        };
        WorkspacePageDto: {
            /**
             * @description Items in all.
             * @example 1
             */
            total: number;
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /** @example 1 */
            totalPages: number;
            /**
             * @description Give it as cursor for the next page; null on the last.
             * @example null
             */
            nextCursor: string | null;
            data: components["schemas"]["WorkspaceDto"][];
        };
        WorkspaceSummaryDto: {
            /**
             * Format: uuid
             * @example 019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f
             */
            id: string;
            /** @example Ada Lovelace's workspace */
            name: string;
            /**
             * @description Your role in it.
             * @example owner
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
        };
    };
    responses: never;
    parameters: {
        /**
         * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
         * @example 019aa3a7-2c3d-7e4f-8051-627384950617
         */
        WebhookDelivery: string;
        /**
         * @description The `type` of the event.
         * @example transcription.completed
         */
        WebhookEvent: string;
        /**
         * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
         * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
         */
        WebhookId: string;
        /**
         * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
         * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
         */
        WebhookPlainSignature: string;
        /**
         * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
         * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
         */
        WebhookSignature: string;
        /**
         * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
         * @example 1772442960
         */
        WebhookTimestamp: number;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    apikeys_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
                status?: "active" | "expired" | "revoked";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPageDto"];
                };
            };
        };
    };
    apikeys_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApiKeyDto"];
            };
        };
        responses: {
            /** @description The key, shown this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithTextDto"];
                };
            };
        };
    };
    apikeys_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyDto"];
                };
            };
        };
    };
    apikeys_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeApiKeyDto"];
            };
        };
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyDto"];
                };
            };
        };
    };
    apikeys_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    apikeys_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateApiKeyDto"];
            };
        };
        responses: {
            /** @description The key with its new text, shown this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithTextDto"];
                };
            };
        };
    };
    apikeys_usage: {
        parameters: {
            query?: {
                /** @description First day, in UTC; 30 days to the last when left out. */
                from?: string;
                /** @description Last day, in UTC; today when left out. */
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its calls. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyCallsDto"];
                };
            };
        };
    };
    audio_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioPageDto"];
                };
            };
        };
    };
    audioconfig_formats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Formats and limits. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioFormatsDto"];
                };
            };
        };
    };
    audioconfig_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What works, and what does not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioHealthDto"];
                };
            };
        };
    };
    audioconfig_languages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioLanguagesDto"];
                };
            };
        };
    };
    import_order: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportDto"];
            };
        };
        responses: {
            /** @description Ordered. `Location` is where to look. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadDto"];
                };
            };
        };
    };
    transcribeupload_transcribeUpload: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the result before answering without it. */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["TranscribeUploadFormDto"];
            };
        };
        responses: {
            /** @description Finished within the time to wait. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionDto"];
                };
            };
            /** @description Ordered. `Location` is where to look. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionDto"];
                };
            };
        };
    };
    audio_upload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadFormDto"];
            };
        };
        responses: {
            /** @description The recording is stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioDto"];
                };
            };
        };
    };
    audio_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recording. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioDto"];
                };
            };
        };
    };
    audio_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    audio_download: {
        parameters: {
            query?: {
                /** @description A track as it was uploaded. Left out: the mix of both once there is one, else the first track. */
                track?: 1 | 2;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file as it was uploaded; of two tracks their mix, once there is one. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The part that Range asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    audio_join: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondTrackDto"];
            };
        };
        responses: {
            /** @description The recording has two tracks now. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioDto"];
                };
            };
        };
    };
    audio_url: {
        parameters: {
            query?: {
                /** @description A track as it was uploaded. Left out: the mix of both once there is one, else the first track. */
                track?: 1 | 2;
                /** @description Seconds the link works. */
                expiration?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkDto"];
                };
            };
        };
    };
    profile_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteAccountDto"];
            };
        };
        responses: {
            /** @description The account is deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    password_changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePasswordDto"];
            };
        };
        responses: {
            /** @description The new password is in force. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    oidc_exchange: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeDto"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInDto"];
                };
            };
        };
    };
    password_forgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LetterRequestDto"];
            };
        };
        responses: {
            /** @description If there is an account, a letter is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LetterRequestedDto"];
                };
            };
        };
    };
    auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginDto"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInDto"];
                };
            };
        };
    };
    auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    auth_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description You, and the workspace of this request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeDto"];
                };
            };
        };
    };
    profile_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Your account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileDto"];
                };
            };
        };
    };
    profile_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeProfileDto"];
            };
        };
        responses: {
            /** @description Your account as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileDto"];
                };
            };
        };
    };
    auth_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshDto"];
            };
        };
        responses: {
            /** @description A new pair of tokens; the old refresh token is spent. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInDto"];
                };
            };
        };
    };
    auth_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterDto"];
            };
        };
        responses: {
            /** @description The account, signed in. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInDto"];
                };
            };
            /** @description The address must be verified before the first login. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationSentDto"];
                };
            };
        };
    };
    verification_resendVerification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LetterRequestDto"];
            };
        };
        responses: {
            /** @description If an account waits for it, a letter is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LetterRequestedDto"];
                };
            };
        };
    };
    password_resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetPasswordDto"];
            };
        };
        responses: {
            /** @description The new password is in force; all sessions have ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sessions_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPageDto"];
                };
            };
        };
    };
    sessions_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    verification_verifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyEmailDto"];
            };
        };
        responses: {
            /** @description The address is verified. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    oidc_callback: {
        parameters: {
            query?: {
                /** @description As it was sent there. */
                state?: string;
                /** @description Of the provider. */
                code?: string;
            };
            header?: never;
            path: {
                /** @description `google`, `microsoft`, or the id of a configured provider. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInDto"];
                };
            };
        };
    };
    oidc_login: {
        parameters: {
            query?: {
                /** @description Where the browser goes with `?code=…` after the sign-in; one of the addresses the operator allows. Left out, the callback answers with the tokens. */
                returnTo?: string;
            };
            header?: never;
            path: {
                /** @description `google`, `microsoft`, or the id of a configured provider. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    clerk_receive: {
        parameters: {
            query?: never;
            header: {
                /** @description Of id, time and body. */
                "svix-signature": string;
                /** @description Seconds since 1970. */
                "svix-timestamp": string;
                /** @description Of Svix, who delivers for Clerk. */
                "svix-id": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description An event of Clerk. */
        requestBody: {
            content: {
                "application/json": {
                    type?: string;
                    object?: string;
                    data?: {
                        id?: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Taken, or known already. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    acceptinvitation_accept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptInvitationDto"];
            };
        };
        responses: {
            /** @description The workspace you belong to now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceDto"];
                };
            };
        };
    };
    backgroundservice_processAll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was set going. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcessedDto"];
                };
            };
        };
    };
    backgroundservice_restart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands now; the workers obey within seconds. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackgroundServiceDto"];
                };
            };
        };
    };
    backgroundservice_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands now. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackgroundServiceDto"];
                };
            };
        };
    };
    backgroundservice_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackgroundServiceDto"];
                };
            };
        };
    };
    providerkeys_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
                provider?: components["schemas"]["KeyedProvider"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyPageDto"];
                };
            };
        };
    };
    providerkeys_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddProviderKeyDto"];
            };
        };
        responses: {
            /** @description Kept. `Location` is where to look. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyDto"];
                };
            };
        };
    };
    providerkeys_validate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckProviderKeyDto"];
            };
        };
        responses: {
            /** @description What the provider says. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyVerdictDto"];
                };
            };
        };
    };
    providerkeys_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyDto"];
                };
            };
        };
    };
    providerkeys_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providerkeys_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeProviderKeyDto"];
            };
        };
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyDto"];
                };
            };
        };
    };
    providerkeys_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateProviderKeyDto"];
            };
        };
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyDto"];
                };
            };
        };
    };
    providerkeys_usage: {
        parameters: {
            query?: {
                /** @description First day, UTC. Left out: 30 days up to the last. */
                from?: string;
                /** @description Last day, UTC. Left out: today. */
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Calls, seconds and cost. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyUsageDto"];
                };
            };
        };
    };
    providers_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The preferred one first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvidersDto"];
                };
            };
        };
    };
    providers_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The preferred one first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvidersHealthDto"];
                };
            };
        };
    };
    providers_performance: {
        parameters: {
            query?: {
                /** @description How far back, in days of 24 hours. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By provider and model; those without calls are left out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvidersPerformanceDto"];
                };
            };
        };
    };
    search_find: {
        parameters: {
            query: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description All of the words, whatever their case; `"these together"`, `this or that`, `-not this`. */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundTranscriptPageDto"];
                };
            };
        };
    };
    transcriptions_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
                status?: "pending" | "processing" | "completed" | "failed" | "cancelled";
                /** @description Only those of this recording. */
                audioId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionPageDto"];
                };
            };
        };
    };
    transcriptions_order: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderTranscriptionDto"];
            };
        };
        responses: {
            /** @description Ordered. `Location` is where to look. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionDto"];
                };
            };
        };
    };
    transcriptioncontrol_orderBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderBatchDto"];
            };
        };
        responses: {
            /** @description What became of each order. Wrong fields in one refuse the whole. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchDto"];
                };
            };
        };
    };
    estimate_estimate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EstimateOrderDto"];
            };
        };
        responses: {
            /** @description The estimate. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EstimateDto"];
                };
            };
        };
    };
    transcriptions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transcription. `Retry-After` says when to ask again while it is not finished. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionDto"];
                };
            };
        };
    };
    transcriptions_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    transcriptioncontrol_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionDto"];
                };
            };
        };
    };
    progress_follow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last event you have had; only what is newer follows. EventSource sends it by itself. */
                "Last-Event-ID"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description States as they change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *
                     *     id: 11000003
                     *     event: progress
                     *     data: {"id":"019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708","status":"processing","stage":"transcribe","progress":32,"error":null}
                     *
                     *     id: 19999999
                     *     event: completed
                     *     data: {"id":"019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708","status":"completed","stage":"assemble","progress":100,"error":null}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description You have had the last event; there is nothing to connect again for. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    transcriptions_export: {
        parameters: {
            query?: {
                format?: "json" | "verbose_json" | "text" | "srt" | "vtt" | "tsv" | "words" | "md" | "docx" | "pdf";
                /** @description srt, vtt: characters of a line; a wide one (Chinese, Japanese, Korean) counts as two. Words are never cut. */
                maxLineLength?: number;
                /** @description srt, vtt: lines of a caption. */
                maxLines?: number;
                /** @description srt, vtt: characters a second that people can read. Captions stand longer for it where there is time. */
                readingSpeed?: number;
                /** @description srt, vtt: seconds a caption stands at least. */
                minDuration?: number;
                /** @description srt, vtt: seconds a caption stands at most. */
                maxDuration?: number;
                /** @description srt, vtt: seconds without a caption between two. */
                minGap?: number;
                /** @description srt, vtt: whether a new speaker is named. */
                speakers?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transcript. json and verbose_json have the members of OpenAI’s answers of these names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "text": "good morning everyone let us start"
                     *     }
                     */
                    "application/json": {
                        text?: string;
                    };
                    /** @example good morning everyone let us start */
                    "text/plain": string;
                    /**
                     * @example 1
                     *     00:00:00,500 --> 00:00:03,200
                     *     good morning everyone
                     */
                    "application/x-subrip": string;
                    /**
                     * @example WEBVTT
                     *
                     *     00:00:00.500 --> 00:00:03.200
                     *     good morning everyone
                     */
                    "text/vtt": string;
                    /**
                     * @example start	end	text	speaker
                     *     500	3200	good morning everyone	Ada
                     */
                    "text/tab-separated-values": string;
                    /**
                     * @example # Weekly meeting
                     *
                     *     - **Length:** 00:00:41
                     *
                     *     ---
                     *
                     *     \[00:00:00\]
                     *
                     *     good morning everyone
                     */
                    "text/markdown": string;
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": string;
                    "application/pdf": string;
                };
            };
        };
    };
    transcriptioncontrol_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on. `Location` is where to look. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionDto"];
                };
            };
        };
    };
    transcriptions_segments: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                page?: number;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SegmentPageDto"];
                };
            };
        };
    };
    transcriptions_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where it stands. `Retry-After` says when to ask again while it is not finished. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TranscriptionProgressDto"];
                };
            };
        };
    };
    uploads_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadPageDto"];
                };
            };
        };
    };
    uploads_begin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUploadDto"];
            };
        };
        responses: {
            /** @description It waits for its parts, for a day. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BegunUploadDto"];
                };
            };
        };
    };
    resumable_begin: {
        parameters: {
            query?: never;
            header: {
                /** @description Names and base64 values. */
                "Upload-Metadata"?: string;
                /** @description Size of the file. */
                "Upload-Length": number;
                "Tus-Resumable": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It waits for its bytes, for a day. */
            201: {
                headers: {
                    /** @description Where the bytes go. */
                    Location?: string;
                    /** @description When it is given up. */
                    "Upload-Expires"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resumable_options: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tus-Version, Tus-Extension and Tus-Max-Size tell. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resumable_abort: {
        parameters: {
            query?: never;
            header: {
                "Tus-Resumable": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is over. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resumable_look: {
        parameters: {
            query?: never;
            header: {
                "Tus-Resumable": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Go on from Upload-Offset. */
            200: {
                headers: {
                    /** @description Bytes that are safe. */
                    "Upload-Offset"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resumable_send: {
        parameters: {
            query?: never;
            header: {
                /** @description Where the bytes belong. */
                "Upload-Offset": number;
                "Tus-Resumable": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The bytes from the offset on, all or some. */
        requestBody: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description The bytes are safe. */
            204: {
                headers: {
                    /** @description Bytes that are safe. */
                    "Upload-Offset"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    uploads_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadProgressDto"];
                };
            };
        };
    };
    uploads_abort: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is over. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    uploads_complete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recording. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AudioDto"];
                };
            };
        };
    };
    uploads_parts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PartNumbersDto"];
            };
        };
        responses: {
            /** @description Where the parts go. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartUrlsDto"];
                };
            };
        };
    };
    usage_read: {
        parameters: {
            query?: {
                /** @description First day, in the workspace's time zone. Left out: the first of the month of the last day. */
                from?: string;
                /** @description Last day. Left out: today. */
                to?: string;
                /** @description What sums are told apart by, comma-separated. Left out: nothing, the sum alone. */
                groupBy?: ("day" | "month" | "user" | "apiKey" | "providerKey" | "installationKey" | "provider" | "model")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sums of the days. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageDto"];
                };
            };
        };
    };
    usage_export: {
        parameters: {
            query?: {
                /** @description First day, in the workspace's time zone. Left out: the first of the month of the last day. */
                from?: string;
                /** @description Last day. Left out: today. */
                to?: string;
                format?: "csv" | "json";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example day,userId,apiKeyId,providerKeyId,installationKeyId,provider,model,calls,failed,audioSeconds,inputTokens,outputTokens,costMicroDollars,unknownCostCalls
                     *     2026-03-02,019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a,,,0b6a5b43-7a54-5b0c-9d0e-6f5a1b2c3d4e,openai,whisper-1,4,0,1205.48,0,0,120548,0
                     */
                    "text/csv": string;
                    "application/json": components["schemas"]["UsageRowDto"][];
                };
            };
        };
    };
    quotas_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotasDto"];
                };
            };
        };
    };
    usage_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MonthlyReportDto"];
                };
            };
        };
    };
    webhooks_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPageDto"];
                };
            };
        };
    };
    webhooks_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhookDto"];
            };
        };
        responses: {
            /** @description Added. `Location` is where to look. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecretDto"];
                };
            };
        };
    };
    webhooks_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole list. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventCatalogueDto"];
                };
            };
        };
    };
    resthooks_subscribe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SubscribeRestHookDto"];
            };
        };
        responses: {
            /** @description Subscribed. `Location` is where to look. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecretDto"];
                };
            };
        };
    };
    resthooks_sample: {
        parameters: {
            query?: {
                event?: components["schemas"]["WebhookEventType"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One event, made up. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEventDto"][];
                };
            };
        };
    };
    webhooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDto"];
                };
            };
        };
    };
    webhooks_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeWebhookDto"];
            };
        };
        responses: {
            /** @description The webhook as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDto"];
                };
            };
        };
    };
    webhooks_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    deliveries_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
                status?: components["schemas"]["WebhookDeliveryStatus"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPageDto"];
                };
            };
        };
    };
    deliveries_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryDto"];
                };
            };
        };
    };
    deliveries_replayOne: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is being sent. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryDto"];
                };
            };
        };
    };
    deliveries_replayMissed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayWebhookDto"];
            };
        };
        responses: {
            /** @description They are being sent, oldest first. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayedDto"];
                };
            };
        };
    };
    webhooks_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateWebhookSecretDto"];
            };
        };
        responses: {
            /** @description The webhook with its new secret, shown this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecretDto"];
                };
            };
        };
    };
    deliveries_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is being sent. `Location` is where to look. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryDto"];
                };
            };
        };
    };
    workspaces_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
                /** @description true: the deleted ones that you own and can still restore, in place of those you belong to. */
                deleted?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspacePageDto"];
                };
            };
        };
    };
    workspaces_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceNameDto"];
            };
        };
        responses: {
            /** @description Yours. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceDto"];
                };
            };
        };
    };
    workspaces_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workspace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceDto"];
                };
            };
        };
    };
    workspaces_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone for everybody; GET workspaces?deleted=true shows it to its owners. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    workspaces_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceChangeDto"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceDto"];
                };
            };
        };
    };
    audit_read: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
                action?: "account.registered" | "account.email_verified" | "account.password_changed" | "account.password_reset" | "account.profile_changed" | "account.email_changed" | "account.deleted" | "account.restored" | "account.identity_linked" | "account.disabled" | "account.enabled" | "account.platform_role_changed" | "session.started" | "session.refused" | "session.ended" | "session.token_reused" | "workspace.created" | "workspace.changed" | "workspace.plan_changed" | "workspace.deleted" | "workspace.restored" | "workspace.purged" | "workspace.ownership_transferred" | "member.joined" | "member.role_changed" | "member.removed" | "member.left" | "invitation.sent" | "invitation.revoked" | "invitation.accepted" | "api_key.created" | "api_key.changed" | "api_key.rotated" | "api_key.revoked" | "provider_key.created" | "provider_key.changed" | "provider_key.rotated" | "provider_key.deleted" | "provider_key.checked" | "provider_key.rejected" | "webhook.created" | "webhook.changed" | "webhook.deleted" | "webhook.secret_rotated" | "webhook.disabled" | "webhook.replayed" | "audit_log.exported" | "processing.started" | "processing.restarted" | "processing.all_processed" | "retention.applied";
                /** @description Who did it. */
                actorId?: string;
                /** @description The kind of what it was done to. */
                targetKind?: string;
                /** @description What it was done to. */
                targetId?: string;
                /** @description Not before. */
                from?: string;
                /** @description Not after. */
                to?: string;
                /** @description Everything the filters let through as a file, in place of a page. That it was taken is recorded. */
                format?: "csv" | "json";
            };
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; with `format` a file with every record. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPageDto"] | components["schemas"]["AuditEntryDto"][];
                    /**
                     * @example id,at,action,actorKind,actorId,actorName,targetKind,targetId,details,address,device,requestId
                     *     019aa3a5-22bb-7d3e-8f40-516273849506,2026-11-21T09:00:00.000Z,member.role_changed,user,019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a,Ada Lovelace,user,019aa3a0-7000-7d10-8a55-0f1e2d3c4b5b,"{""role"":""admin""}",203.0.113.7,,
                     */
                    "text/csv": string;
                };
            };
        };
    };
    invitations_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationPageDto"];
                };
            };
        };
    };
    invitations_invite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteDto"];
            };
        };
        responses: {
            /** @description The letter is on its way. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationDto"];
                };
            };
        };
    };
    invitations_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitationId: string;
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    members_list: {
        parameters: {
            query?: {
                /** @description Page by number, from 1. */
                page?: number;
                limit?: number;
                /** @description nextCursor of the page before; for going deep into long lists. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberPageDto"];
                };
            };
        };
    };
    members_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member. */
                userId: string;
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The membership has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    members_changeRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member. */
                userId: string;
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeRoleDto"];
            };
        };
        responses: {
            /** @description The member as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberDto"];
                };
            };
        };
    };
    workspaces_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is back. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceDto"];
                };
            };
        };
    };
    workspaces_transferOwnership: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace. */
                id: unknown;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransferOwnershipDto"];
            };
        };
        responses: {
            /** @description The new owner. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberDto"];
                };
            };
        };
    };
    health_health: {
        parameters: {
            query?: {
                /** @description With checks, queues, workers, providers and memory. */
                detailed?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does its work. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthDto"];
                };
            };
        };
    };
    health_figures: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text format of Prometheus, version 0.0.4; docs/observability.md names every figure. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    health_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every provider the installation has keys of. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvidersStandingDto"];
                };
            };
        };
    };
    health_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveDto"];
                };
            };
        };
    };
    parts_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From the URL of the part. */
                token: string;
            };
            cookie?: never;
        };
        /** @description The bytes of the part, exactly as many as the upload says. */
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The part has arrived. */
            204: {
                headers: {
                    /** @description Names this part as it arrived. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    objects_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From the link. */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The part that Range asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadyDto"];
                };
            };
        };
    };
    openaiaudio_transcribe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["TranscriptionFormDto"];
            };
        };
        responses: {
            /** @description What was heard, in the format asked for. `x-steno-engine` says who heard it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpeechAnswerDto"] | components["schemas"]["VerboseSpeechAnswerDto"] | components["schemas"]["DiarizedSpeechAnswerDto"];
                    "text/plain": string;
                    /**
                     * @example WEBVTT
                     *
                     *     00:00:00.300 --> 00:00:03.300
                     *     And so, my fellow Americans,
                     */
                    "text/vtt": string;
                    /**
                     * @example data: {"type":"transcript.text.delta","delta":"And so, my fellow Americans,"}
                     *
                     *     data: {"type":"transcript.text.done","text":"And so, my fellow Americans, ask not what your country can do for you."}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    openaiaudio_translate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["TranslationFormDto"];
            };
        };
        responses: {
            /** @description What was heard, in the format asked for. `x-steno-engine` says who heard it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpeechAnswerDto"] | components["schemas"]["VerboseSpeechAnswerDto"];
                    "text/plain": string;
                    /**
                     * @example WEBVTT
                     *
                     *     00:00:00.300 --> 00:00:03.300
                     *     And so, my fellow Americans,
                     */
                    "text/vtt": string;
                };
            };
        };
    };
    openaimodels_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The models. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiModelListDto"];
                };
            };
        };
    };
    openaimodels_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiModelDto"];
                };
            };
        };
    };
    event_upload_failed: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "upload.failed",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "uploadId": "019aa3a0-1a2b-7c3d-8e4f-506172839405",
                 *         "errorCode": "upload_expired",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UploadFailedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_audio_uploaded: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "audio.uploaded",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "bytes": 29347200,
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AudioUploadedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_audio_transcribed: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "audio.transcribed",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "transcriptionId": "019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AudioTranscribedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_audio_deleted: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "audio.deleted",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "cause": "request",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AudioDeletedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_transcription_created: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "transcription.created",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "transcriptionId": "019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071",
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TranscriptionCreatedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_transcription_started: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "transcription.started",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "transcriptionId": "019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071",
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TranscriptionStartedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_transcription_completed: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "transcription.completed",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "transcriptionId": "019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071",
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "language": "en",
                 *         "durationSeconds": 1834.2,
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TranscriptionCompletedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_transcription_failed: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "transcription.failed",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "transcriptionId": "019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071",
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "errorCode": "recording_unreadable",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TranscriptionFailedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_transcription_cancelled: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "transcription.cancelled",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "transcriptionId": "019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071",
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TranscriptionCancelledEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_transcription_deleted: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "transcription.deleted",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "transcriptionId": "019aa3a2-5d6e-7f80-9a1b-2c3d4e5f6071",
                 *         "audioId": "019aa3a1-2b3c-7d4e-8f50-617283940a1b",
                 *         "cause": "request",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TranscriptionDeletedEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_quota_warning: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "quota.warning",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "resource": "storage",
                 *         "percent": 80,
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["QuotaWarningEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_quota_exceeded: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "quota.exceeded",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "resource": "storage",
                 *         "percent": 100,
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["QuotaExceededEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_webhook_disabled: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "webhook.disabled",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "webhookId": "019aa3a5-0a1b-7c2d-8e3f-405162738495",
                 *         "reason": "failing",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WebhookDisabledEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    event_webhook_test: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `id` of the event: the same in every try and replay. Leave alone what you have already.
                 * @example 019aa3a6-1b2c-7d3e-8f40-516273849506
                 */
                "webhook-id": components["parameters"]["WebhookId"];
                /**
                 * @description When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.
                 * @example 1772442960
                 */
                "webhook-timestamp": components["parameters"]["WebhookTimestamp"];
                /**
                 * @description As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": components["parameters"]["WebhookSignature"];
                /**
                 * @description The `type` of the event.
                 * @example transcription.completed
                 */
                "X-Steno-Event": components["parameters"]["WebhookEvent"];
                /**
                 * @description The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.
                 * @example 019aa3a7-2c3d-7e4f-8051-627384950617
                 */
                "X-Steno-Delivery-ID": components["parameters"]["WebhookDelivery"];
                /**
                 * @description `sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.
                 * @example sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e
                 */
                "X-Steno-Signature": components["parameters"]["WebhookPlainSignature"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "019aa3a6-1b2c-7d3e-8f40-516273849506",
                 *       "type": "webhook.test",
                 *       "timestamp": "2026-03-02T09:15:00.000Z",
                 *       "data": {
                 *         "webhookId": "019aa3a5-0a1b-7c2d-8e3f-405162738495",
                 *         "sequence": 1772442900000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WebhookTestEvent"];
            };
        };
        responses: {
            /** @description The endpoint is gone for good: the webhook is disabled at once. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Delivered. Answer within 15 seconds, and do the work afterwards. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again by the schedule of retries, nine times in all. Redirects are not followed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
