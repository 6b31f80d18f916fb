# One image for web, worker, beat and the mail catcher of docker-compose.yml.

FROM node:22-slim AS assets
WORKDIR /app/web/frontend
COPY web/frontend/package.json web/frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/frontend ./
RUN npm run build

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MELDCODE_LOG=json
WORKDIR /app
# the locked packages first: they change less often than the program
COPY requirements/embedded.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/embedded.txt
COPY . .
COPY --from=assets /app/web/static/build web/static/build
RUN python tools/translations.py && pip install --no-cache-dir --no-build-isolation --no-deps --no-index -e . \
    && useradd --create-home --uid 10001 meldcode && mkdir /data && chown meldcode /data
# by number, so that a host which insists on who is not root can see it
USER 10001
CMD ["meldcode", "serve"]
