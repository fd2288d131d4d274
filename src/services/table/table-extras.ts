import { invalid, notFound, TableFailure } from './failure.ts'
import { openTable, type TableRequest } from './table-request.ts'
import { type TableFacts, tableNameOf } from './table-schema.ts'

/** Tags by key. */
export function readTags(tags: readonly { Key: string; Value: string }[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))
}

const mostTags = 50

function tagged(request: TableRequest, arn: string, access: 'read' | 'write'): TableFacts {
  const name = tableNameOf(arn)
  if (!arn.startsWith('arn:')) throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`)
  request.allow(name, access)
  if (!request.tables.has(name)) throw notFound(`Requested resource not found: ResourcArn: ${arn} not found`)
  return request.tables.get(name).facts
}

/** TagResource. */
export function tagResource(
  request: TableRequest,
  { ResourceArn, Tags }: { ResourceArn: string; Tags: { Key: string; Value: string }[] },
): object {
  const facts = tagged(request, ResourceArn, 'write')
  if (Tags.length === 0) throw invalid('Atleast one Tag needs to be provided as Input.')
  const tags = { ...facts.tags, ...readTags(Tags) }
  if (Object.keys(tags).length > mostTags)
    throw new TableFailure(
      'LimitExceededException',
      `One or more parameter values were invalid: Too many tags: tags: ${Object.keys(tags).length}, limit: ${mostTags}`,
    )
  request.tables.alter(facts.name, { ...facts, tags })
  return {}
}

/** UntagResource. */
export function untagResource(
  request: TableRequest,
  { ResourceArn, TagKeys }: { ResourceArn: string; TagKeys: string[] },
): object {
  const facts = tagged(request, ResourceArn, 'write')
  if (TagKeys.length === 0) throw invalid('Atleast one Tag Key needs to be provided as Input.')
  request.tables.alter(facts.name, {
    ...facts,
    tags: Object.fromEntries(Object.entries(facts.tags).filter(([key]) => !TagKeys.includes(key))),
  })
  return {}
}

/** ListTagsOfResource. */
export function listTags(request: TableRequest, { ResourceArn }: { ResourceArn: string }): object {
  const { tags } = tagged(request, ResourceArn, 'read')
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}

/** UpdateTimeToLive. */
export function updateTimeToLive(
  request: TableRequest,
  {
    TableName,
    TimeToLiveSpecification,
  }: { TableName: string; TimeToLiveSpecification: { Enabled: boolean; AttributeName: string } },
): object {
  const { Enabled, AttributeName } = TimeToLiveSpecification
  const { facts } = openTable(request, TableName, 'write')
  if (Enabled && facts.timeToLive !== undefined) throw invalid('TimeToLive is already enabled')
  if (!Enabled && facts.timeToLive === undefined) throw invalid('TimeToLive is already disabled')
  if (!Enabled && facts.timeToLive !== AttributeName)
    throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${facts.timeToLive}`)
  const { timeToLive: _before, ...rest } = facts
  request.tables.alter(TableName, Enabled ? { ...rest, timeToLive: AttributeName } : rest)
  return { TimeToLiveSpecification }
}

/** DescribeTimeToLive. */
export function describeTimeToLive(request: TableRequest, { TableName }: { TableName: string }): object {
  const { timeToLive } = openTable(request, TableName, 'read').facts
  return {
    TimeToLiveDescription:
      timeToLive === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive },
  }
}

/** DescribeContinuousBackups: there are none. */
export function describeBackups(request: TableRequest, { TableName }: { TableName: string }): object {
  openTable(request, TableName, 'read')
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'DISABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  }
}
