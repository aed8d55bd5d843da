#!/bin/sh
# Renews the Let's Encrypt certificate once it is due, and reloads nginx: nginx/renew-certificate.sh HOST
# Meant for cron. Needs nginx from docker-compose.yml to be running, and root, who owns certbot's files.
set -eu
host=$1
cd "$(dirname "$0")/.."
docker run --rm -v "$PWD/letsencrypt:/etc/letsencrypt" -v mcp-acme:/var/www/acme certbot/certbot \
  renew --quiet --webroot --webroot-path /var/www/acme
cp -L "letsencrypt/live/$host/fullchain.pem" "letsencrypt/live/$host/privkey.pem" nginx/certs/
docker compose exec -T nginx nginx -c /etc/nginx/mcp/nginx.conf -s reload
