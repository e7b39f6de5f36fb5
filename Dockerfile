# syntax=docker/dockerfile:1

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy
WORKDIR /src
RUN pip install uv && uv venv /opt/chatcrowd
# The dependencies change rarely: their layer is kept while only the code changes.
COPY requirements-runtime.lock ./
RUN uv pip sync --python /opt/chatcrowd --require-hashes --no-cache --compile-bytecode requirements-runtime.lock
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bots bots
COPY core core
COPY i18n i18n
COPY models models
# The build tool comes pinned and hashed from the full lock, and stays behind in this stage.
RUN uv pip install --python /opt/chatcrowd --no-deps --no-cache --compile-bytecode --build-constraints requirements.lock .

FROM python:3.11.14-slim-bookworm
# Pictures and summaries are drawn in every script that people write.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/chatcrowd chatcrowd \
    && install -d -o chatcrowd -g chatcrowd -m 0700 /data
COPY --from=build /opt/chatcrowd /opt/chatcrowd
ENV PATH=/opt/chatcrowd/bin:$PATH PYTHONUNBUFFERED=1 CHATCROWD_DATA_DIR=/data
USER chatcrowd
WORKDIR /home/chatcrowd
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('CHATCROWD_HTTP_PORT', '8080') + '/healthz', timeout=4)"]
ENTRYPOINT ["chatcrowd"]
CMD ["run"]
