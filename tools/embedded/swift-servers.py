"""
The four servers of OpenStack Swift in one process on 127.0.0.1, with S3's protocol in front.

Usage: swift-servers.py DIRECTORY ACCESS_KEY SECRET_KEY. Prints the port of its S3 once it takes requests.
Needs Debian's python3-swift. What swift-proxy and its neighbours add to that are services for the whole machine, which a test does not want.
"""
import os
import sys

from swift.common import utils

utils.eventlet_monkey_patch()

import eventlet  # noqa: E402  (after the patch, as Swift's own servers do)
from eventlet import listen, wsgi  # noqa: E402
from swift.common.ring.builder import RingBuilder  # noqa: E402

DIRECTORY, ACCESS_KEY, SECRET_KEY = sys.argv[1:4]
HOST = '127.0.0.1'
BACKENDS = ('account', 'container', 'object')

BACKEND_CONF = """
[DEFAULT]
swift_dir = {directory}
devices = {directory}/devices
mount_check = false
disable_fallocate = true

[app:main]
use = egg:swift#{kind}
"""

# Users of tempauth: an underscore separates the account from the user, and S3's access key is account:user.
PROXY_CONF = """
[DEFAULT]
swift_dir = {directory}

[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth bulk slo dlo proxy-logging proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
min_segment_size = 5242880

[filter:cache]
paste.filter_factory = steno_swift_cache:filter_factory
""" + ''.join('\n[filter:%s]\nuse = egg:swift#%s\n' % (name, name.replace('-', '_')) for name in (
    'catch_errors', 'gatekeeper', 'listing_formats', 'bulk', 'slo', 'dlo', 'proxy-logging'))


class Cache:
    """Stands for memcached, which is for several proxies: here is one, and it ends with the test."""

    def __init__(self):
        self.values = {}

    def set(self, key, value, **_):
        self.values[key] = value

    def get(self, key, **_):
        return self.values.get(key)

    def incr(self, key, delta=1, **_):
        self.values[key] = max(0, self.values.get(key, 0) + delta)
        return self.values[key]

    def decr(self, key, delta=1, **_):
        return self.incr(key, -delta)

    def delete(self, key, **_):
        self.values.pop(key, None)


class CacheFilter:
    cache = Cache()

    def __init__(self, app):
        self.app = app

    def __call__(self, env, start_response):
        env['swift.cache'] = self.cache
        return self.app(env, start_response)


def filter_factory(global_conf, **_):
    return CacheFilter


def write(name, text):
    path = os.path.join(DIRECTORY, name)
    with open(path, 'w') as file:
        file.write(text)
    return path


def serve(socket, conf_path):
    from swift.common.wsgi import SwiftHttpProtocol, loadapp
    app = loadapp(conf_path, global_conf={'log_name': os.path.basename(conf_path)})
    eventlet.spawn(wsgi.server, socket, app, utils.NullLogger(), protocol=SwiftHttpProtocol,
                   capitalize_response_headers=False)


def make_ring(kind, port):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1.0, 'ip': HOST, 'port': port,
                     'replication_ip': HOST, 'replication_port': port, 'device': 'disk', 'meta': ''})
    builder.rebalance()
    builder.get_ring().save(os.path.join(DIRECTORY, '%s.ring.gz' % kind))


def main():
    os.makedirs(os.path.join(DIRECTORY, 'devices', 'disk'), exist_ok=True)
    write('swift.conf', '[swift-hash]\nswift_hash_path_suffix = steno\n')
    utils.set_swift_dir(DIRECTORY)
    # So that the configuration can name the filter above.
    sys.modules['steno_swift_cache'] = sys.modules['__main__']
    for kind in BACKENDS:
        socket = listen((HOST, 0))
        make_ring(kind, socket.getsockname()[1])
        serve(socket, write('%s.conf' % kind, BACKEND_CONF.format(directory=DIRECTORY, kind=kind)))
    user = ACCESS_KEY.replace(':', '_')
    proxy = write('proxy.conf', PROXY_CONF.format(directory=DIRECTORY, user=user, secret=SECRET_KEY))
    socket = listen((HOST, 0))
    serve(socket, proxy)
    print(socket.getsockname()[1], flush=True)
    while True:
        eventlet.sleep(3600)


main()
