import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

const client = new LambdaClient({})

export const calls = async event => {
  const { StatusCode, Payload } = await client.send(
    new InvokeCommand({ FunctionName: 'count', Payload: JSON.stringify(event) }),
  )
  return { StatusCode, payload: JSON.parse(Buffer.from(Payload).toString()) }
}
