/** Configurations of the other proxies, each with one worker and kept-alive connections on both sides. */

export type Ports = { readonly old: number; readonly new: number; readonly listen: number };

/** The service behind every proxy: two ports, a short answer. */
export function nginxUpstream(directory: string, ports: Ports): string {
  return nginx(
    directory,
    `server { listen 127.0.0.1:${ports.old}; listen 127.0.0.1:${ports.new}; location / { return 200 "hello, world\\n"; } }`,
  );
}

export function nginxSplit(directory: string, ports: Ports): string {
  return nginx(
    directory,
    `split_clients $request_id $pool { 10% new; * old; }
     ${nginxPool("old", ports.old)} ${nginxPool("new", ports.new)}
     server { listen 127.0.0.1:${ports.listen}; location / { ${toUpstream} proxy_pass http://$pool; } }`,
  );
}

export function nginxMirror(directory: string, ports: Ports): string {
  return nginx(
    directory,
    `${nginxPool("old", ports.old)} ${nginxPool("new", ports.new)}
     server { listen 127.0.0.1:${ports.listen};
       location / { mirror /copy; ${toUpstream} proxy_pass http://old; }
       location = /copy { internal; ${toUpstream} proxy_pass http://new$request_uri; } }`,
  );
}

export function haproxyWeights(ports: Ports): string {
  return `global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend all
  bind 127.0.0.1:${ports.listen}
  default_backend both
backend both
  server old 127.0.0.1:${ports.old} weight 90
  server new 127.0.0.1:${ports.new} weight 10
`;
}

const toUpstream = 'proxy_http_version 1.1; proxy_set_header Connection "";';

function nginxPool(name: string, port: number): string {
  return `upstream ${name} { server 127.0.0.1:${port}; keepalive 128; keepalive_requests 100000000; }`;
}

function nginx(directory: string, http: string): string {
  return `worker_processes 1; daemon off; pid ${directory}/pid; error_log ${directory}/error.log warn;
events { worker_connections 8192; }
http {
  access_log off; keepalive_requests 100000000;
  client_body_temp_path ${directory}/1; proxy_temp_path ${directory}/2; fastcgi_temp_path ${directory}/3;
  uwsgi_temp_path ${directory}/4; scgi_temp_path ${directory}/5;
  ${http}
}
`;
}
