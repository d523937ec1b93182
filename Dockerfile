# One static binary and nothing else: no shell, not root. Files come in by a volume:
#   docker run --rm -v "$PWD:/data:ro" strat decide global_etf_rotation --prices prices.csv --as-of 2025-03-31
FROM rust:1-slim AS build
WORKDIR /src
COPY . .
# The C library is linked in, so that the empty image below is enough.
RUN RUSTFLAGS='-C target-feature=+crt-static' \
    cargo build --profile dist --locked --target "$(rustc -vV | sed -n 's/^host: //p')" \
    && cp target/*/dist/strat /strat

FROM scratch
COPY --from=build /strat /strat
USER 65534:65534
WORKDIR /data
ENTRYPOINT ["/strat"]
