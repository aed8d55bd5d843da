import type { ServerResponse } from 'node:http';

/**
 * Calls a function once, when the answer has been sent or its connection is closed; at once if that has happened already.
 * The `close` event of the response alone would miss requests whose answer waits for that of an earlier request on the
 * same connection.
 */
export function onceOver(res: ServerResponse, end: () => void): void {
  const { socket } = res.req;
  if (socket.destroyed || res.closed) {
    end();
    return;
  }
  const over = () => {
    res.off('close', over);
    socket.off('close', over);
    end();
  };
  res.once('close', over);
  socket.once('close', over);
}
