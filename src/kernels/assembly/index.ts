export { begin, idsAt, lastMissedBytes, lastSkipped, nextsAt, sizesAt, stateBytes } from './run'
export { openFifo, runFifo } from './fifo'
export { closeLru, openLru, runLru } from './lru'
export { openClock, runClock } from './clock'
export { openSieve, runSieve } from './sieve'
export { openS3Fifo, runS3Fifo } from './s3-fifo'
export { openTwoQ, runTwoQ } from './two-q'
export { openSlru, runSlru } from './slru'
export { openArc, runArc } from './arc'
export { openLfu, runLfu } from './lfu'
export { openGdsf, runGdsf } from './gdsf'
export { openBelady, runBelady } from './belady'
export { openWTinyLfu, runWTinyLfu } from './w-tinylfu'
export { openWTinyLfuOfLibCacheSim, runWTinyLfuOfLibCacheSim } from './w-tinylfu-libcachesim'
export {
  blockRows,
  blockSizesAt,
  earlierRows,
  emptyRows,
  footprintBytes,
  keysAt,
  numberRecords,
  numberRows,
  objectsKnown,
  openNumbering,
  outIdsAt,
  outSecondsAt,
  outSizesAt,
  requestedBytes,
  secondsAt,
  takeNumbered,
  windowAt,
} from './numbering'
export { prepareNumbering } from './id-slots'
export { numberPlainRows, plainRowsRead } from './plain-rows'
export {
  bordersAt,
  byteBuckets,
  distancesAt,
  hitBytesAt,
  hitsAt,
  openCurve,
  perDoubling,
  runCurve,
} from './lru-curve'
export { take } from './run'
export { createEdge, evictions, heldBytes, heldObjects, upstreamAsks, upstreamBytes } from './world/edge'
export { setRules } from './world/rules'
export { setSorting, sortRows } from './world/sorted'
export { setTally, setTimeline, setTiming } from './world/tally'
export { serveTurn } from './world/turn'
export { drawExponential } from './draw/exponential'
export { drawWeighted } from './draw/weighted'
