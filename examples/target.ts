import { config as loadDotenv } from 'dotenv';

/** The endpoint of the server on this machine, as `PUBLIC_URL` or `PORT` of `.env` have it. */
export function ownEndpoint(): string {
  loadDotenv({ quiet: true });
  const { PUBLIC_URL: origin = `http://localhost:${process.env['PORT'] || 8000}` } = process.env;
  return `${origin}/mcp`;
}
