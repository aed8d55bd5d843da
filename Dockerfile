# syntax=docker/dockerfile:1
# Debian rather than Alpine, because libsql has been reported to crash on musl.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/copy-assets.mjs scripts/bundle-packages.mjs scripts/
COPY src src
RUN npm run build

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="nexus-connext-mcp-server" \
      org.opencontainers.image.description="MCP server with its own OAuth 2.1 sign-in" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATABASE_URL=file:/data/server.db
WORKDIR /app
RUN mkdir -p /data && chown 1000:1000 /data && chmod 700 /data
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY public public
# The image's `node` user, who cannot write below /app.
USER 1000:1000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No npm or shell in between, so that SIGTERM reaches the server. With --init, as in compose, PID 1 also reaps zombies.
CMD ["node", "dist/main.js"]
