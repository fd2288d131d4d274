import { vectorDistanceKm } from '../distance.ts'
import { defineRttModel } from '../rtt.ts'

export const power = defineRttModel({
  name: 'power',
  title: 'A power of the great circle: a km^b',
  source: 'least absolute error over measured city pairs; parameters in config/rtt-parameters.json',
  params: {},
  between: (_atlas, _params, fitted) => {
    const [atOneKmMs, exponent] = fitted.power
    return (from, to) => (i, j) => atOneKmMs * vectorDistanceKm(from, i, to, j) ** exponent
  },
})
