#!/bin/sh
# Makes a self-signed certificate for trying things out: nginx/make-certificate.sh [HOST] [DIRECTORY]
# Clients in the cloud refuse it; use Let's Encrypt or a Cloudflare origin certificate for real use.
set -eu
host=${1:-localhost}
directory=${2:-$(dirname "$0")/certs}
mkdir -p "$directory"
# openssl writes dots and dashes even on success, so its output is shown only on failure.
messages=$(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=$host" \
  -addext "subjectAltName=DNS:$host,IP:127.0.0.1" \
  -keyout "$directory/privkey.pem" -out "$directory/fullchain.pem" 2>&1) ||
  { echo "$messages" >&2; exit 1; }
chmod 600 "$directory/privkey.pem"
echo "Made $directory/fullchain.pem and privkey.pem for $host, valid for a year."
