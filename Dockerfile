ARG NODE_IMAGE=node:22-bookworm-slim

# What says which packages are needed, and nothing else: dependencies are installed anew only when it changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /opt/kalends
COPY package.json package-lock.json .npmrc ./
COPY packages packages
RUN find packages -mindepth 2 -maxdepth 2 ! -name package.json -exec rm -rf {} +

FROM ${NODE_IMAGE} AS build
WORKDIR /opt/kalends
COPY --from=manifests /opt/kalends ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build
# What runs, and a list of it; no sources, types, or maps.
RUN npm prune --omit=dev \
 && npm sbom --omit=dev --package-lock-only --sbom-format=cyclonedx > sbom.cdx.json \
 && rm -rf .npmrc package-lock.json tsconfig*.json scripts packages/testkit node_modules/@kalends/testkit node_modules/.cache \
      packages/*/src packages/*/scripts \
 && find . -depth \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.tsbuildinfo' \) -delete

FROM ${NODE_IMAGE} AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kalends" \
      org.opencontainers.image.description="CalDAV and WebDAV calendar server" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      sbom.path="/opt/kalends/sbom.cdx.json" \
      sbom.format="CycloneDX 1.5"
# The program needs Node alone; what installs packages has no business here. The data folder belongs to who runs it.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
 && ln -s /opt/kalends/packages/server/bin/kalends.js /usr/local/bin/kalends \
 && install -d -o node -g node -m 0700 /var/lib/kalends
COPY --from=build /opt/kalends /opt/kalends
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    KALENDS_LISTEN=0.0.0.0:8100
WORKDIR /var/lib/kalends
USER node
EXPOSE 8100
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/opt/kalends/deploy/healthcheck.mjs"]
ENTRYPOINT ["kalends"]
CMD ["serve"]
