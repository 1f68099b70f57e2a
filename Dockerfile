# docker build -t advise . && docker run --rm -v "$PWD:/project:ro" advise
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY advisor advisor
COPY rules rules
RUN python -m venv /opt/advise \
    && /opt/advise/bin/python -m pip install --no-cache-dir --disable-pip-version-check ".[code]"

FROM python:3.13-slim
# git reads ignore rules and revisions; its version is that of the base image.
# A mounted project belongs to another user: git is told that it may be read.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin advise
COPY --from=build /opt/advise /opt/advise
ENV PATH=/opt/advise/bin:$PATH
USER 10001
WORKDIR /project
ENTRYPOINT ["advise"]
CMD ["."]
