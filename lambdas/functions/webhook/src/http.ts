/** What the function reads of an API Gateway HTTP API event (payload format 2.0). */
export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly http?: { readonly sourceIp?: string } };
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The sentence is for the operator, who reads it in the App's list of deliveries. */
export function respond(statusCode: number, message: string): HttpResponse {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

/** Header names have no case; API Gateway sends them in lower case, other callers may not. */
export function header(request: HttpRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const [, value] = Object.entries(request.headers ?? {}).find(([key]) => key.toLowerCase() === wanted) ?? [];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** Who called, as API Gateway saw it; headers about it can be written by anybody. */
export function sourceAddress(request: HttpRequest): string | undefined {
  return request.requestContext?.http?.sourceIp;
}

/** The bytes that GitHub signed: API Gateway encodes a body whose content type it takes for binary. */
export function rawBody(request: HttpRequest): Buffer {
  return Buffer.from(request.body ?? '', request.isBase64Encoded === true ? 'base64' : 'utf8');
}
