import { errors, type JWTPayload } from 'jose';
import { quoted } from './log-text.js';

/** Describes why a JWT was refused, for the operator: the failed check, with the claim's value where that helps. */
export function describeJwtFault(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return `exp: expired ${at(error.payload.exp)}`;
  if (error instanceof errors.JWTClaimValidationFailed) return describeClaim(error);
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature: it does not match the key';
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'key: none with the kid and alg of the header is known';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'key: several fit a header without kid';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'alg: the algorithm of the header is not accepted';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'not a JWT';
  return `not verifiable (${error.code})`;
}

/** Describes a failed claim, or the header's `typ`, which jose checks like a claim. */
function describeClaim({ claim, reason, payload }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing' || (claim !== 'typ' && payload[claim] === undefined)) return `${claim}: missing`;
  if (claim === 'nbf') return `nbf: not valid before ${at(payload.nbf)}`;
  if (claim === 'iss' || claim === 'aud')
    return `${claim}: ${claimText(payload, claim)} is not the expected one`;
  return `${claim}: not acceptable`;
}

function claimText(payload: JWTPayload, claim: string): string {
  return [payload[claim]]
    .flat()
    .slice(0, 3)
    .map((value) => quoted(String(value)))
    .join(', ');
}

/** Formats seconds since 1970 as a date. */
function at(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? 'at an unreadable time' : date.toISOString();
}
