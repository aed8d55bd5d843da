#!/bin/sh
# Renews the Let's Encrypt certificate when it is due, and has nginx use it: nginx/renew-certificate.sh HOST
# Needs the running nginx of docker-compose.yml, and root, to whom certbot's files belong. Meant for cron.
set -eu
host=$1
cd "$(dirname "$0")/.."
docker run --rm -v "$PWD/letsencrypt:/etc/letsencrypt" -v mcp-acme:/var/www/acme certbot/certbot \
  renew --quiet --webroot --webroot-path /var/www/acme
cp -L "letsencrypt/live/$host/fullchain.pem" "letsencrypt/live/$host/privkey.pem" nginx/certs/
docker compose exec -T nginx nginx -c /etc/nginx/mcp/nginx.conf -s reload
