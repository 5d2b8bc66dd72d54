# The images of Fairlead. `npm run images` builds and measures them.
#
#   backend               backend, worker, migration, commands, Envoy's configuration: the arguments say which
#   frontend              pages and notifications
#   agent                 in the pods of members' containers: brings inputs, collects outputs
#   tools                 for development: the mail logger and the demo data
#   backend-development   the first two for hot reload in a pod, with development tools
#   frontend-development
#   example-...           algorithms as members bring them: examples/
#
# In each, /app is laid out as the repository is, tini reaps processes and passes signals on, and the user has no rights.
# A container runs with a read-only root and needs no shell; of its file system /tmp alone has to be writable.

# ---- what all are made from

FROM node:24-bookworm-slim AS node

# Without npm, which nothing needs at run time.
FROM debian:bookworm-slim AS runtime
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
RUN groupadd --gid 65532 fairlead \
  && useradd --uid 65532 --gid fairlead --no-create-home --home-dir /tmp --shell /usr/sbin/nologin fairlead \
  && install --directory --owner fairlead --group fairlead /app /app/.compile-cache && chown root:root /app \
  && node --version
ENV NODE_ENV=production
WORKDIR /app
# A number: Kubernetes cannot tell from a name that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/bin/tini", "--"]

# Here and in the like below, only what a change of dependencies changes stands before they are installed. Of workspaces
# that are not there nothing is.
FROM node AS manifests
WORKDIR /app
COPY dev/src/images/install-production.sh /usr/local/bin/install-production
COPY .npmrc package.json package-lock.json ./
COPY proto/package.json proto/
COPY backend/package.json backend/

# ---- backend

FROM manifests AS backend-dependencies
RUN --mount=type=cache,target=/root/.npm install-production

FROM runtime AS backend
ARG VERSION=development
LABEL org.opencontainers.image.title="Fairlead backend" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  fairlead.sbom="/app/sbom.cdx.json" \
  fairlead.sbom.format="CycloneDX 1.5"
# The young generation of the heap stays small, as where the backend runs without an image: backend/src/node-options.ts.
ENV NODE_COMPILE_CACHE=/app/.compile-cache NODE_OPTIONS=--max-semi-space-size=16
CMD ["node", "backend/src/main.ts"]
COPY --from=backend-dependencies /app/node_modules node_modules
COPY --from=backend-dependencies /app/sbom.cdx.json ./
COPY package.json ./
COPY proto/package.json proto/
COPY proto/gen/descriptors.binpb proto/gen/openapi.json proto/gen/
COPY proto/gen/server proto/gen/server
COPY migrations migrations
COPY envoy envoy
COPY backend backend
# What Node makes of each module is kept: half of the time that a start takes. Node looks for what its own user made. A
# module that is missing is seen here, too.
RUN set -e; for entry in main worker migrate; do \
    node "backend/src/$entry.ts" 2>&1 | grep "FAIRLEAD_DATABASE_URL is not set"; done

# ---- agent

# Beside each container of members, so small and quick: Node and a few files without dependencies.
FROM runtime AS agent
ARG VERSION=development
LABEL org.opencontainers.image.title="Fairlead agent" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}"
ENV NODE_COMPILE_CACHE=/app/.compile-cache
COPY package.json ./
COPY backend/src/agent backend/src/agent
# Each is compiled, and seen to start.
RUN for program in stage collect; do \
    FAIRLEAD_STAGING_URL=http://localhost:1 FAIRLEAD_STAGING_TOKEN_FILE=/proc/sys/kernel/ostype \
    FAIRLEAD_STAGING_PATIENCE_SECONDS=0 FAIRLEAD_OUTPUTS=/app/backend \
    node backend/src/agent/main.ts "$program" 2>&1 | grep "out of reach" || exit 1; done
ENTRYPOINT ["/usr/bin/tini", "--", "node", "backend/src/agent/main.ts"]

# ---- frontend

FROM manifests AS frontend-tools
COPY frontend/package.json frontend/
# The tools of the other two are for other things.
RUN --mount=type=cache,target=/root/.npm \
  npm pkg delete devDependencies --prefix proto && npm pkg delete devDependencies --prefix backend \
  && npm ci --ignore-scripts --omit-lockfile-registry-resolved --workspace @fairlead/frontend

FROM frontend-tools AS pages
COPY backend/src/fits backend/src/fits
COPY backend/src/imaging backend/src/imaging
COPY proto/gen proto/gen
COPY frontend frontend
RUN npm run build --workspace @fairlead/frontend

FROM manifests AS frontend-dependencies
COPY frontend/package.json frontend/
# Of the backend it runs the push receiver; what that needs is named in its own package.json.
RUN --mount=type=cache,target=/root/.npm npm pkg delete dependencies --prefix backend && install-production

FROM runtime AS frontend
ARG VERSION=development
LABEL org.opencontainers.image.title="Fairlead frontend" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  fairlead.sbom="/app/sbom.cdx.json" \
  fairlead.sbom.format="CycloneDX 1.5"
ENV NODE_COMPILE_CACHE=/app/.compile-cache
CMD ["node", "frontend/server/main.ts"]
COPY --from=frontend-dependencies /app/node_modules node_modules
COPY --from=frontend-dependencies /app/sbom.cdx.json ./
COPY package.json ./
COPY proto/package.json proto/
COPY proto/gen/server proto/gen/server
COPY backend/package.json backend/
COPY backend/src backend/src
COPY frontend/package.json frontend/
COPY frontend/server frontend/server
COPY --from=pages /app/frontend/dist frontend/dist
RUN node frontend/server/main.ts 2>&1 | grep "FAIRLEAD_BACKEND_ADDRESS is not set"

# ---- development

FROM manifests AS tools-dependencies
COPY dev/package.json dev/
RUN --mount=type=cache,target=/root/.npm install-production

FROM runtime AS tools
ARG VERSION=development
LABEL org.opencontainers.image.title="Fairlead development tools" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  fairlead.sbom="/app/sbom.cdx.json" \
  fairlead.sbom.format="CycloneDX 1.5"
CMD ["node", "dev/src/mail/main.ts"]
COPY --from=tools-dependencies /app/node_modules node_modules
COPY --from=tools-dependencies /app/sbom.cdx.json ./
COPY package.json ./
COPY proto/package.json proto/
COPY proto/gen/descriptors.binpb proto/gen/openapi.json proto/gen/
COPY proto/gen/server proto/gen/server
COPY migrations migrations
COPY envoy envoy
COPY backend backend
COPY dev dev

# Hot reload copies the sources to where they may be written to; the root stays read-only here too.
FROM tools AS backend-development
ENV NODE_ENV=development NODE_OPTIONS=--max-semi-space-size=16
CMD ["node", "backend/src/main.ts"]

FROM runtime AS frontend-development
ENV NODE_ENV=development
COPY --from=frontend-tools /app/node_modules node_modules
COPY package.json ./
COPY proto/package.json proto/
COPY proto/gen proto/gen
COPY backend/package.json backend/
COPY backend/src backend/src
COPY dev/package.json dev/
COPY dev/src dev/src
COPY frontend frontend
CMD ["node", "frontend/server/main.ts"]

# ---- examples of algorithms

FROM debian:bookworm-slim AS python
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini python3-minimal libpython3-stdlib \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["/usr/bin/tini", "--", "python3"]

FROM python AS example-image-statistics
COPY examples/image-statistics ./
CMD ["measure.py"]

FROM python AS example-tiles
COPY examples/tiles/*.py ./
CMD ["stage_tiles.py"]
