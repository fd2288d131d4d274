declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** A table service that checks no signatures; its own way of exporting. */
  const dynalite: (options?: { createTableMs?: number }) => Server
  export = dynalite
}
