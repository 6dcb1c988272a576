# The exporter as an image; how to run it beside a corosync, and what each flag is for: docs/container.md
ARG NODE=24
ARG DEBIAN=bookworm

FROM docker.io/library/node:${NODE}-${DEBIAN}-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY packaging packaging
COPY src src
COPY exporter exporter
ARG REVISION=unknown
RUN npx tsx packaging/stage-program.ts /program

FROM docker.io/library/debian:${DEBIAN}-slim
# The client libraries of corosync 3; libatomic1 is for Node 26.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    libatomic1 libcfg7 libcmap4 libcpg4 libquorum5 libstdc++6 libvotequorum8 \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/*
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /program /usr/lib/corosync-exporter
COPY LICENSE packaging/healthcheck.mjs /usr/lib/corosync-exporter/

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="corosync-exporter" \
  org.opencontainers.image.description="Prometheus exporter for Corosync, through corosync's own libraries" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"

# Numbers, as corosync knows no names of a container: the gid is what its uidgid.d has to name.
USER 15405:15405
EXPOSE 15405
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["/usr/local/bin/node", "/usr/lib/corosync-exporter/healthcheck.mjs"]
# The flags are those of the program's first line.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=2", "--max-old-space-size=64", "--v8-pool-size=1", \
  "--compact-on-every-full-gc", "/usr/lib/corosync-exporter/dist/exporter/main.js"]
