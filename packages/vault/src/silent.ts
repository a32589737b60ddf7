/**
 * Connections over which nobody has asked anything. Browsers open some ahead; a server of Node's that closes takes them for busy ones, waits
 * for them, and no longer looks whether anything comes in time.
 */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The answer ends them, and from then on every new one at once. */
export function silentOf(server: Server): () => void {
  const silent = new Set<Socket>();
  let over = false;
  server.on('connection', (socket: Socket) => {
    if (over) {
      socket.destroy();
      return;
    }
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    over = true;
    for (const socket of silent) socket.destroy();
  };
}
