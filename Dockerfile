# syntax=docker/dockerfile:1
# SPDX-License-Identifier: Apache-2.0
# veilmatch as an image: one program, its three dependencies and pg, no build tools, nobody's root.
#   docker build -t veilmatch .
#   docker run --rm veilmatch doctor
# For Parquet and databases: --build-arg PEERS="pg @duckdb/node-api". By digest: --build-arg BASE=node@sha256:...
ARG BASE=node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

# What runs, in the versions of the lockfile.
FROM ${BASE} AS packages
ARG PEERS="pg"
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
  && for peer in $PEERS; do \
       npm install --no-save --omit=dev --ignore-scripts \
         "$peer@$(node -p "require('./package-lock.json').packages['node_modules/$peer'].version")" || exit 1; \
     done

FROM ${BASE}
# Nothing of npm is needed to run, and what is not there cannot be used.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* \
  && install -d -o node -g node -m 700 /data
WORKDIR /data
COPY --from=packages /app/node_modules /app/node_modules
COPY --from=build /src/package.json /src/LICENSE /app/
COPY --from=build /src/dist /app/dist
# Ledgers and states: the only place that is written. All else can be read-only.
ENV NODE_ENV=production XDG_STATE_HOME=/data METRICS_PORT=9090
VOLUME /data
USER node
# Of `serve` with "metrics": 9090. Other commands end before anybody asks.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.METRICS_PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
