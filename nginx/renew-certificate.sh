#!/bin/sh
# Renews the Let's Encrypt certificate once it is due, and reloads nginx: nginx/renew-certificate.sh HOST
# Needs the running nginx of docker-compose.yml, and root, who owns certbot's files. Meant for cron.
set -eu
host=$1
cd "$(dirname "$0")/.."
docker run --rm -v "$PWD/letsencrypt:/etc/letsencrypt" -v mcp-acme:/var/www/acme certbot/certbot \
  renew --quiet --webroot --webroot-path /var/www/acme
cp -L "letsencrypt/live/$host/fullchain.pem" "letsencrypt/live/$host/privkey.pem" nginx/certs/
docker compose exec -T nginx nginx -c /etc/nginx/mcp/nginx.conf -s reload
