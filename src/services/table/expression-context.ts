import { type AttributeValue, attributeOf, type Item } from '../../backend/attribute-value.ts'
import { invalid, type TableFailure } from './failure.ts'
import { isReservedWord } from './reserved-words.ts'

/** The names and values that the expressions of a request may use, and which of them they did. */
export interface ExpressionContext {
  /** What a name of an expression stands for. Throws for reserved words and for names that are not given. */
  nameOf(token: string, parameter: string): string
  valueOf(token: string, parameter: string): AttributeValue
  /** Throws when a name or value was given that no expression used. */
  requireAllUsed(): void
}

export function createExpressionContext(
  names: Readonly<Record<string, string>> = {},
  values: Readonly<Item> = {},
): ExpressionContext {
  const used = new Set<string>()
  return {
    nameOf(token, parameter) {
      if (!token.startsWith('#')) {
        if (isReservedWord(token))
          throw wrongExpression(parameter, `Attribute name is a reserved keyword; reserved keyword: ${token}`)
        return token
      }
      if (!Object.hasOwn(names, token))
        throw wrongExpression(
          parameter,
          `An expression attribute name used in the document path is not defined; attribute name: ${token}`,
        )
      used.add(token)
      return names[token]!
    },
    valueOf(token, parameter) {
      const value = attributeOf(values as Item, token)
      if (value === undefined)
        throw wrongExpression(
          parameter,
          `An expression attribute value used in expression is not defined; attribute value: ${token}`,
        )
      used.add(token)
      return value
    },
    requireAllUsed() {
      const unused = (all: object): string[] => Object.keys(all).filter(token => !used.has(token))
      const [lostNames, lostValues] = [unused(names), unused(values)]
      if (lostNames.length > 0)
        throw invalid(
          `Value provided in ExpressionAttributeNames unused in expressions: keys: {${lostNames.join(', ')}}`,
        )
      if (lostValues.length > 0)
        throw invalid(
          `Value provided in ExpressionAttributeValues unused in expressions: keys: {${lostValues.join(', ')}}`,
        )
    },
  }
}

export function wrongExpression(parameter: string, message: string): TableFailure {
  return invalid(`Invalid ${parameter}: ${message}`)
}
