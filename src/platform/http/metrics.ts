import type { Server } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { createHttpServer } from './http-server.js';
import { localsOf } from './request-locals.js';

/** The metrics of one server. */
export interface Metrics {
  /** Measures every request that passes through. */
  middleware: RequestHandler;
  /** Answers every request with the metrics in the Prometheus text format. The caller makes it listen and closes it. */
  server: Server;
}

/**
 * Creates metrics of requests (count, duration, outcome) and of the process. Labels have a bounded set of values, so
 * that requests for unknown paths or tools cannot fill the memory.
 *
 * @param toolNames the names of all tools
 */
export function createMetrics(toolNames: string[]): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [register],
  });
  const toolCalls = new Counter({
    name: 'mcp_tool_calls_total',
    help: 'Calls of tools over Streamable HTTP',
    labelNames: ['tool', 'status'],
    registers: [register],
  });
  const known = new Set(toolNames);

  const middleware: RequestHandler = (req, res, next) => {
    const stop = duration.startTimer();
    res.once('close', () => {
      const status = String(res.statusCode);
      stop({ method: req.method, route: routeOf(req, res), status });
      const { call } = localsOf(res);
      if (call?.method !== 'tools/call') return;
      toolCalls.inc({ tool: known.has(call.name ?? '') ? (call.name ?? '') : 'unknown', status });
    });
    next();
  };
  const server = createHttpServer(async (_req, res) => {
    const text = await register.metrics();
    res.setHeader('Content-Type', register.contentType).end(text);
  });
  return { middleware, server };
}

/** Returns the pattern of the route that answered, never the requested path, which matches in any case. */
function routeOf(req: Request, res: Response): string {
  const mount = req.baseUrl.toLowerCase();
  const path: unknown = req.route?.path;
  if (typeof path === 'string') return `${mount}${path}`.replace(/(.)\/$/, '$1');
  return res.statusCode === 404 ? 'unmatched' : mount || 'static';
}
