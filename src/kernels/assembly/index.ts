export { begin, idsAt, lastMissedBytes, lastSkipped, sizesAt, stateBytes } from './run'
export { openFifo, runFifo } from './fifo'
export { openLru, runLru } from './lru'
