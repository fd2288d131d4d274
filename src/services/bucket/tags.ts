import { BucketFailure } from './failure.ts'
import { childrenOf, type Element, type Tree, textOf } from './xml.ts'

export type Tags = readonly (readonly [key: string, value: string])[]

/** Reads `x-amz-tagging`, which is written as a query. Throws InvalidTag, InvalidArgument. */
export function readTagField(text: string | undefined): Tags {
  if (text === undefined || text === '') return []
  return checkedTags([...new URLSearchParams(text)], 10)
}

/** Reads a Tagging document. Throws MalformedXML, InvalidTag. */
export function readTagging(tree: Tree, greatestCount: number): Tags {
  const [set] = childrenOf(tree, 'TagSet')
  if (set === undefined) throw new BucketFailure('MalformedXML')
  return checkedTags(
    childrenOf(set, 'Tag').map(tag => {
      const key = textOf(tag, 'Key')
      const value = textOf(tag, 'Value')
      if (key === undefined || value === undefined) throw new BucketFailure('MalformedXML')
      return [key, value] as const
    }),
    greatestCount,
  )
}

/** Source: Amazon S3 User Guide, "Categorizing your objects using tags": ten tags, keys of 128 characters, values of 256. */
function checkedTags(tags: Tags, greatestCount: number): Tags {
  if (tags.length > greatestCount)
    throw new BucketFailure('InvalidTag', `Object tags cannot be greater than ${greatestCount}`)
  const keys = new Set<string>()
  for (const [key, value] of tags) {
    if (key === '' || [...key].length > 128)
      throw new BucketFailure('InvalidTag', 'The TagKey you have provided is invalid')
    if ([...value].length > 256) throw new BucketFailure('InvalidTag', 'The TagValue you have provided is invalid')
    if (keys.has(key)) throw new BucketFailure('InvalidTag', 'Cannot provide multiple Tags with the same key')
    keys.add(key)
  }
  return tags
}

/** In the order of their keys. */
export function taggingElement(tags: Tags): Element {
  const sorted = [...tags].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    'Tagging',
    [
      [
        'TagSet',
        sorted.map(
          ([key, value]): Element => [
            'Tag',
            [
              ['Key', key],
              ['Value', value],
            ],
          ],
        ),
      ],
    ],
  ]
}
