import { specTypeSchemas } from '@modelcontextprotocol/server';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { describeRequestFault, isHttpError, sendRpcError } from '../http/errors.js';
import { jsonBody } from '../http/json-body.js';
import { isRecord } from '../json.js';
import { describeIssues } from './issues.js';
import { omitNulls } from './null-members.js';

/** The maximum size of a request body, in bytes. Files never travel through MCP here. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Answers body faults with JSON-RPC errors. */
const bodyFault: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!isHttpError(error) || res.headersSent) return next(error);
  const message = describeRequestFault(error);
  if (error.type === 'entity.parse.failed') return sendRpcError(res, 400, -32700, `Parse error: ${message}`);
  if (error.status === 413) return sendRpcError(res, 413, -32000, `${message}, the limit is 1 MB`);
  sendRpcError(res, error.status, -32600, message);
};

/**
 * Prepares the parsed messages for the SDK: members that are null count as left out, and params that no method could
 * accept are refused with the reason. The SDK would call the whole message invalid.
 */
const prepareMessages: RequestHandler = (req, res, next) => {
  const messages: unknown[] = Array.isArray(req.body) ? req.body : [req.body];
  for (const message of messages) if (isRecord(message)) omitNulls(message);
  const fault = messages.map(paramsFault).find(Boolean);
  if (fault === undefined) return next();
  sendRpcError(res, 400, -32602, fault, idOf(req.body));
};

/** Reads the JSON-RPC messages of a request, on either transport. */
export const readMessages: (RequestHandler | ErrorRequestHandler)[] = [
  ...jsonBody({ limit: MAX_BODY_BYTES, strict: false }),
  bodyFault,
  prepareMessages,
];

/** Says what is wrong with the params of an otherwise valid request; `undefined` when nothing is. */
function paramsFault(message: unknown): string | undefined {
  const { issues } = specTypeSchemas.JSONRPCRequest['~standard'].validate(message);
  const isAboutParams = issues?.every(({ path }) => path?.[0] === 'params');
  return issues && isAboutParams ? `Invalid params: ${describeIssues(issues)}` : undefined;
}

/** Returns the id to answer a faulty message with: its own, or null when it has none that is valid. */
export function idOf(message: unknown): string | number | null {
  const id = isRecord(message) ? message['id'] : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
