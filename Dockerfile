# The newest long-term release of Node.js, pinned by its major number.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script; without them a build runs no foreign code as root.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src src
COPY probes probes
COPY jobs jobs
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:26-slim
# The icmp probe sends its echo requests through ping.
RUN apt-get update \
  && apt-get install -y --no-install-recommends iputils-ping \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY src/store/migrations src/store/migrations
COPY package.json LICENSE ./
COPY bin bin
COPY config config
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 NINES_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["start"]
