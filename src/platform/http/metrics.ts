import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { RequestObserver } from './begin-request.js';
import { createHttpServer } from './http-server.js';
import { localsOf } from './request-locals.js';

/** The methods that have a label of their own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The most routes that have a label of their own. A fork may mount routers at paths with parameters. */
const MAX_ROUTES = 200;

/** The route of what the fast lane answers, as Express would name it. */
const LANE_ROUTE = '/mcp';

/** The metrics of one server. */
export interface Metrics {
  /** Counts a request. */
  observe: RequestObserver;
  /** Answers every request with the metrics in the Prometheus text format. The caller makes it listen and closes it. */
  server: Server;
}

/**
 * Creates metrics of requests (count, duration, outcome) and of the process. Labels have a bounded set of values, so
 * that requests for unknown paths or tools cannot fill the memory.
 *
 * @param toolNames the names of all tools
 */
export async function createMetrics(toolNames: string[]): Promise<Metrics> {
  // Loaded here, because most servers have no metrics.
  const { Counter, collectDefaultMetrics, Histogram, Registry } = await import('prom-client');
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
  const routes = new Set<string>();
  const routeLabel = (route: string) => {
    if (routes.size < MAX_ROUTES) routes.add(route);
    return routes.has(route) ? route : 'other';
  };

  const observe: RequestObserver = (req, res, ms) => {
    const status = String(res.statusCode);
    const method = req.method && METHODS.has(req.method) ? req.method : 'other';
    duration.observe({ method, route: routeLabel(routeOf(req, res)), status }, ms / 1000);
    const { call } = localsOf(res);
    if (call?.method !== 'tools/call') return;
    toolCalls.inc({ tool: known.has(call.name ?? '') ? (call.name ?? '') : 'unknown', status });
  };
  const server = createHttpServer(async (_req, res) => {
    const text = await register.metrics();
    res.setHeader('Content-Type', register.contentType).end(text);
  });
  return { observe, server };
}

/**
 * Returns the pattern of the route that answered, never the requested path, which may match in any case. Of a route with
 * several patterns, it is the first.
 */
function routeOf(
  req: IncomingMessage & Partial<Pick<Request, 'baseUrl' | 'route'>>,
  res: ServerResponse,
): string {
  if (localsOf(res).lane !== undefined) return LANE_ROUTE;
  const mount = (req.baseUrl ?? '').toLowerCase();
  const pattern: unknown = req.route?.path;
  const path: unknown = Array.isArray(pattern) ? pattern[0] : pattern;
  // After an error, the mount is that of the error handler, which is mounted at the path of its route.
  if (typeof path === 'string') return `${mount === path ? '' : mount}${path}`.replace(/(.)\/$/, '$1');
  return res.statusCode === 404 ? 'unmatched' : mount || 'static';
}
