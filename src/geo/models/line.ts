import { vectorDistanceKm } from '../distance.ts'
import { defineRttModel } from '../rtt.ts'

export const line = defineRttModel({
  name: 'line',
  title: 'A straight line over the great circle: a + b km',
  source: 'least absolute error over measured city pairs; parameters in config/rtt-parameters.json',
  params: {},
  between: (_atlas, _params, fitted) => {
    const [startMs, msPerKm] = fitted.line
    return (from, to) => (i, j) => startMs + msPerKm * vectorDistanceKm(from, i, to, j)
  },
})
