/* A very fast pretended provider, so that what is measured is what stands before it. One epoll thread, HTTP/1.1.
 *
 *   upstream [-p port] [-c chunks] [-d delay_ms] [-w wait_ms] [-s bytes] [-e dimensions]
 *
 *   POST .../chat/completions  JSON, or a stream of events where the body has "stream": true
 *   POST .../embeddings        JSON
 *   POST .../messages          the same in Anthropic's dialect
 *   GET  anything              a list of models
 *
 * A request steers its own answer by a directive anywhere in its body, which gateways pass on:
 *   [[c=50,d=20,w=0,s=8]]  c chunks, d ms between them (jittered by half), w ms before the answer, s bytes in a chunk
 *   [[...,e=4]]            every fourth chunk of an OpenAI stream says the first pseudonym of the body again, `[MRN_...]`
 * Every chunk, and every answer in JSON, holds the monotonic nanoseconds at which it was written, as |16 letters a..p|,
 * so that `load` can tell how long a chunk was under way.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { K_CHAT, K_CHAT_S, K_MSG, K_MSG_S, K_EMB, K_GET, K_404 };

typedef struct conn {
    int fd;
    char *in;
    size_t inlen, incap;
    char *out;
    size_t outlen, outoff, outcap;
    int busy, kind, usage;
    long c, d, w, s, e, left, nsent;
    char said[48];
    uint64_t due;
    int hidx;
    int want_out, closing;
} conn;

static long usual_chunks = 50, usual_delay = 0, usual_wait = 0, usual_bytes = 8, dimensions = 256;
static int port = 9100, epoll;
static char *emb_body;
static size_t emb_len;
static conn **due_heap;
static int due_count, due_room;
static char pad[65536];

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void heap_swap(int a, int b) {
    conn *t = due_heap[a];
    due_heap[a] = due_heap[b];
    due_heap[b] = t;
    due_heap[a]->hidx = a;
    due_heap[b]->hidx = b;
}

static void heap_up(int i) {
    while (i && due_heap[i]->due < due_heap[(i - 1) / 2]->due) {
        heap_swap(i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void heap_down(int i) {
    for (;;) {
        int l = 2 * i + 1, m = i;
        if (l < due_count && due_heap[l]->due < due_heap[m]->due) m = l;
        if (l + 1 < due_count && due_heap[l + 1]->due < due_heap[m]->due) m = l + 1;
        if (m == i) return;
        heap_swap(i, m);
        i = m;
    }
}

static void heap_push(conn *c) {
    if (due_count == due_room) {
        due_room = due_room ? due_room * 2 : 256;
        due_heap = realloc(due_heap, due_room * sizeof *due_heap);
    }
    due_heap[due_count] = c;
    c->hidx = due_count;
    heap_up(due_count++);
}

static void heap_remove(conn *c) {
    int i = c->hidx;
    if (i < 0) return;
    c->hidx = -1;
    due_count--;
    if (i != due_count) {
        due_heap[i] = due_heap[due_count];
        due_heap[i]->hidx = i;
        heap_up(i);
        heap_down(i);
    }
}

static void stamp(char *o) {
    uint64_t t = now();
    o[0] = o[17] = '|';
    for (int i = 16; i >= 1; i--) {
        o[i] = 'a' + (t & 15);
        t >>= 4;
    }
    o[18] = 0;
}

static void end(conn *c) {
    heap_remove(c);
    close(c->fd);
    free(c->in);
    free(c->out);
    free(c);
}

static int flush_(conn *c) {
    while (c->outoff < c->outlen) {
        ssize_t n = send(c->fd, c->out + c->outoff, c->outlen - c->outoff, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN) {
                if (!c->want_out) {
                    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
                    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
                    c->want_out = 1;
                }
                return 0;
            }
            return -1;
        }
        c->outoff += n;
    }
    c->outoff = c->outlen = 0;
    if (c->want_out) {
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
        c->want_out = 0;
    }
    return 0;
}

static void add(conn *c, const char *p, size_t n) {
    if (c->outlen + n > c->outcap) {
        c->outcap = (c->outlen + n) * 2;
        c->out = realloc(c->out, c->outcap);
    }
    memcpy(c->out + c->outlen, p, n);
    c->outlen += n;
}

static void add_chunk(conn *c, const char *p, int n) {
    char h[16];
    int k = sprintf(h, "%x\r\n", n);
    add(c, h, k);
    add(c, p, n);
    add(c, "\r\n", 2);
}

static const char *SSEHDR = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: "
                            "no-cache\r\nx-request-id: req_fake\r\nTransfer-Encoding: chunked\r\n\r\n";

static void json_answer(conn *c, const char *b, int n) {
    char h[256];
    int k = sprintf(
        h, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_fake\r\nContent-Length: %d\r\n\r\n",
        n);
    add(c, h, k);
    add(c, b, n);
}

/* one step of a stream; returns 1 when it is over */
static int step(conn *c) {
    char b[70000], st[20];
    int n;
    if (c->kind == K_CHAT_S) {
        if (c->nsent < c->c) {
            stamp(st);
            n = sprintf(b,
                        "data: "
                        "{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                        "\"model\":\"fake-model\",\"system_fingerprint\":null,\"choices\":[{\"index\":0,\"delta\":{%"
                        "s\"content\":\"%s%.*s%s\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
                        c->nsent ? "" : "\"role\":\"assistant\",", st, (int)c->s, pad,
                        c->e > 0 && c->nsent % c->e == 0 ? c->said : "");
            add_chunk(c, b, n);
            c->nsent++;
            return 0;
        }
        n = sprintf(b, "data: "
                       "{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                       "\"model\":\"fake-model\",\"system_fingerprint\":null,\"choices\":[{\"index\":0,\"delta\":{},"
                       "\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n");
        add_chunk(c, b, n);
        if (c->usage) {
            n = sprintf(b,
                        "data: "
                        "{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                        "\"model\":\"fake-model\",\"system_fingerprint\":null,\"choices\":[],\"usage\":{\"prompt_"
                        "tokens\":120,\"completion_tokens\":%ld,\"total_tokens\":%ld}}\n\n",
                        c->c, c->c + 120);
            add_chunk(c, b, n);
        }
        add_chunk(c, "data: [DONE]\n\n", 14);
        add(c, "0\r\n\r\n", 5);
        return 1;
    }
    /* Anthropic events */
    if (c->nsent == 0) {
        n = sprintf(
            b,
            "event: message_start\ndata: "
            "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_fake\",\"type\":\"message\",\"role\":\"assistant\","
            "\"model\":\"claude-fake\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_"
            "tokens\":120,\"output_tokens\":1}}}\n\nevent: content_block_start\ndata: "
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n");
        add_chunk(c, b, n);
    }
    if (c->nsent < c->c) {
        stamp(st);
        n = sprintf(b,
                    "event: content_block_delta\ndata: "
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"%s%.*"
                    "s\"}}\n\n",
                    st, (int)c->s, pad);
        add_chunk(c, b, n);
        c->nsent++;
        return 0;
    }
    n = sprintf(
        b,
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: "
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{"
        "\"output_tokens\":%ld}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        c->c);
    add_chunk(c, b, n);
    add(c, "0\r\n\r\n", 5);
    return 1;
}

static int process(conn *c);

static void first_pseudonym(conn *c, const char *body, size_t length) {
    for (const char *at = body, *end = body + length; (at = memchr(at, '[', end - at)); at++) {
        const char *p = at + 1;
        while (p < end && ((*p >= 'A' && *p <= 'Z') || *p == '_')) p++;
        if (p - at < 4 || p[-1] != '_') continue;
        while (p < end && ((*p >= 'a' && *p <= 'z') || (*p >= '2' && *p <= '7'))) p++;
        if (p < end && *p == ']' && p - at + 2 < (long)sizeof c->said) {
            memcpy(c->said, at, p - at + 1);
            c->said[p - at + 1] = 0;
            return;
        }
    }
}

static int pump(conn *c) { /* run the stream until it has to wait */
    for (;;) {
        if (c->want_out) {
            c->due = 0;
            return 0;
        } /* goes on when writable */
        int over = step(c);
        if (flush_(c) < 0) return -1;
        if (over) {
            c->busy = 0;
            return process(c);
        }
        if (c->d > 0 && c->nsent < c->c) {
            static uint32_t rnd = 12345;
            rnd = rnd * 1664525u + 1013904223u;
            c->due = now() + c->d * 500000ull + (uint64_t)(rnd >> 8) * (c->d * 1000000ull) / 16777216;
            heap_push(c);
            return 0;
        }
    }
}

static int answer(conn *c) {
    char b[70000], st[20];
    int n;
    switch (c->kind) {
    case K_CHAT_S:
    case K_MSG_S: add(c, SSEHDR, strlen(SSEHDR)); return pump(c);
    case K_CHAT:
        stamp(st);
        n = sprintf(b,
                    "{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"fake-"
                    "model\",\"system_fingerprint\":null,\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                    "\"content\":\"%s%.*s\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":"
                    "{\"prompt_tokens\":120,\"completion_tokens\":%ld,\"total_tokens\":%ld}}",
                    st, (int)(c->s * c->c > 60000 ? 60000 : c->s * c->c), pad, c->c, c->c + 120);
        json_answer(c, b, n);
        break;
    case K_MSG:
        stamp(st);
        n = sprintf(b,
                    "{\"id\":\"msg_fake\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-fake\","
                    "\"content\":[{\"type\":\"text\",\"text\":\"%s%.*s\"}],\"stop_reason\":\"end_turn\",\"stop_"
                    "sequence\":null,\"usage\":{\"input_tokens\":120,\"output_tokens\":%ld}}",
                    st, (int)(c->s * c->c > 60000 ? 60000 : c->s * c->c), pad, c->c);
        json_answer(c, b, n);
        break;
    case K_EMB: json_answer(c, emb_body, emb_len); break;
    case K_GET:
        n = sprintf(b, "{\"object\":\"list\",\"data\":[{\"id\":\"fake-model\",\"object\":\"model\",\"created\":"
                       "1700000000,\"owned_by\":\"fake\"}]}");
        json_answer(c, b, n);
        break;
    default: {
        const char *e = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        add(c, e, strlen(e));
    }
    }
    c->busy = 0;
    return flush_(c);
}

static int flag(const char *b, size_t n, const char *key) { /* "key" : true */
    const char *p = b, *e = b + n;
    size_t k = strlen(key);
    while ((p = memmem(p, e - p, key, k))) {
        p += k;
        while (p < e && (*p == ' ' || *p == ':' || *p == '\n' || *p == '\\')) p++;
        if (e - p >= 4 && !memcmp(p, "true", 4)) return 1;
    }
    return 0;
}

static int process(conn *c) {
    while (!c->busy && c->inlen) {
        char *h = memmem(c->in, c->inlen, "\r\n\r\n", 4);
        if (!h) return c->inlen > 1 << 20 ? -1 : 0;
        size_t hl = h - c->in + 4;
        long cl = 0;
        int chunked = 0, get = !strncmp(c->in, "GET ", 4) || !strncmp(c->in, "HEAD ", 5);
        for (char *l = c->in; l < h;) {
            char *nl = memmem(l, h + 2 - l, "\r\n", 2);
            if (!nl) break;
            if (!strncasecmp(l, "content-length:", 15)) cl = atol(l + 15);
            else if (!strncasecmp(l, "transfer-encoding:", 18) && memmem(l, nl - l, "chunked", 7)) chunked = 1;
            else if (!strncasecmp(l, "expect: 100", 11) && c->inlen == hl) {
                if (send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL) < 0) return -1;
            }
            l = nl + 2;
        }
        size_t total;
        char *body = c->in + hl;
        size_t bl;
        if (chunked) {
            size_t off = hl, w = hl; /* look for the end first */
            for (;;) {
                char *nl = memmem(c->in + off, c->inlen - off, "\r\n", 2);
                if (!nl) return 0;
                long k = strtol(c->in + off, 0, 16);
                size_t ds = nl + 2 - c->in;
                if (ds + k + 2 > c->inlen) return 0;
                if (!k) {
                    total = ds + 2;
                    break;
                }
                off = ds + k + 2;
            }
            off = hl;
            for (;;) {
                char *nl = memmem(c->in + off, c->inlen - off, "\r\n", 2);
                long k = strtol(c->in + off, 0, 16);
                size_t ds = nl + 2 - c->in;
                if (!k) break;
                memmove(c->in + w, c->in + ds, k);
                w += k;
                off = ds + k + 2;
            }
            bl = w - hl;
        } else {
            total = hl + cl;
            if (c->inlen < total) return 0;
            bl = cl;
        }
        char *sp = memchr(c->in, ' ', hl), *sp2 = sp ? memchr(sp + 1, ' ', hl) : 0;
        size_t pl = sp2 ? sp2 - sp - 1 : 0;
        char *path = sp ? sp + 1 : c->in;
        c->c = usual_chunks;
        c->d = usual_delay;
        c->w = usual_wait;
        c->s = usual_bytes;
        c->e = 0;
        c->said[0] = 0;
        c->nsent = 0;
        c->usage = 0;
        char *dir = memmem(body, bl, "[[", 2);
        if (dir)
            for (char *p = dir + 2, *e = body + bl; p + 2 < e && *p != ']'; p++)
                if (p[1] == '=') {
                    long v = atol(p + 2);
                    if (*p == 'c') c->c = v;
                    if (*p == 'd') c->d = v;
                    if (*p == 'w') c->w = v;
                    if (*p == 's') c->s = v > 60000 ? 60000 : v;
                    if (*p == 'e') c->e = v;
                }
        if (c->e > 0) first_pseudonym(c, body, bl);
        int st = flag(body, bl, "\"stream\"");
        if (get) c->kind = K_GET;
        else if (memmem(path, pl, "chat/completions", 16)) {
            c->kind = st ? K_CHAT_S : K_CHAT;
            if (st) c->usage = flag(body, bl, "\"include_usage\"");
        } else if (memmem(path, pl, "embeddings", 10)) c->kind = K_EMB;
        else if (memmem(path, pl, "messages", 8)) c->kind = st ? K_MSG_S : K_MSG;
        else c->kind = K_404;
        memmove(c->in, c->in + total, c->inlen - total);
        c->inlen -= total;
        c->busy = 1;
        if (c->w > 0 && !get) {
            c->due = now() + c->w * 1000000ull;
            c->left = 1;
            heap_push(c);
            return 0;
        }
        c->left = 0;
        if (answer(c) < 0) return -1;
    }
    return 0;
}

int main(int ac, char **av) {
    int o;
    while ((o = getopt(ac, av, "p:c:d:w:s:e:")) != -1) switch (o) {
        case 'p': port = atoi(optarg); break;
        case 'c': usual_chunks = atol(optarg); break;
        case 'd': usual_delay = atol(optarg); break;
        case 'w': usual_wait = atol(optarg); break;
        case 's': usual_bytes = atol(optarg); break;
        case 'e': dimensions = atol(optarg); break;
        default: return 2;
        }
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof pad; i++) pad[i] = " the patient came back for a visit and went home"[i % 48];
    emb_body = malloc(dimensions * 16 + 512);
    char *p = emb_body;
    p += sprintf(p, "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[");
    for (long i = 0; i < dimensions; i++)
        p += sprintf(p, "%s%.8f", i ? "," : "", (double)((i * 7919) % 1000 - 500) / 7001.0);
    p += sprintf(p, "]}],\"model\":\"fake-embed\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}");
    emb_len = p - emb_body;
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* it ends with whoever started it */
    int ls = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(ls, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(ls, (void *)&a, sizeof a) || listen(ls, 4096)) {
        perror("listen");
        return 1;
    }
    epoll = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = 0};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ls, &e);
    struct epoll_event ev[512];
    for (;;) {
        int to = -1;
        if (due_count) {
            uint64_t t = now();
            to = due_heap[0]->due <= t ? 0 : (int)((due_heap[0]->due - t + 999999) / 1000000);
        }
        int n = epoll_wait(epoll, ev, 512, to);
        for (int i = 0; i < n; i++) {
            conn *c = ev[i].data.ptr;
            if (!c) {
                for (;;) {
                    int fd = accept4(ls, 0, 0, SOCK_NONBLOCK);
                    if (fd < 0) break;
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    c = calloc(1, sizeof *c);
                    c->fd = fd;
                    c->hidx = -1;
                    struct epoll_event x = {.events = EPOLLIN, .data.ptr = c};
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &x);
                }
                continue;
            }
            int bad = 0;
            if (ev[i].events & (EPOLLERR)) bad = 1;
            if (!bad && (ev[i].events & EPOLLOUT)) {
                bad = flush_(c) < 0;
                if (!bad && !c->want_out && c->busy && c->hidx < 0 && (c->kind == K_CHAT_S || c->kind == K_MSG_S))
                    bad = pump(c) < 0;
            }
            if (!bad && (ev[i].events & (EPOLLIN | EPOLLHUP))) {
                if (c->incap - c->inlen < 16384) {
                    c->incap = c->incap ? c->incap * 2 : 32768;
                    c->in = realloc(c->in, c->incap);
                }
                ssize_t k = recv(c->fd, c->in + c->inlen, c->incap - c->inlen, 0);
                if (k == 0 || (k < 0 && errno != EAGAIN)) bad = 1;
                else if (k > 0) {
                    c->inlen += k;
                    bad = process(c) < 0;
                }
            }
            if (bad) end(c);
        }
        uint64_t t = now();
        while (due_count && due_heap[0]->due <= t) {
            conn *c = due_heap[0];
            heap_remove(c);
            int r;
            if (c->left) {
                c->left = 0;
                r = answer(c);
                if (r >= 0 && !c->busy) r = process(c);
            } else r = pump(c);
            if (r < 0) end(c);
        }
    }
}
