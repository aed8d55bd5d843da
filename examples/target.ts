import { config as loadDotenv } from 'dotenv';

/** Returns the endpoint of the local server, according to `PUBLIC_URL` or `PORT` in `.env`. */
export function ownEndpoint(): string {
  loadDotenv({ quiet: true });
  const { PUBLIC_URL: origin = `http://localhost:${process.env['PORT'] || 8000}` } = process.env;
  return `${origin}/mcp`;
}
