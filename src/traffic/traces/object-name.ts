/** What a log's request asks for: GET and HEAD want the same object; with another method the same path is another. */
export function objectName(method: string, target: string): string {
  return method === 'GET' || method === 'HEAD' || method === '-' || method === '' ? target : `${method} ${target}`
}
