/* Asks an OpenAI-compatible endpoint on this machine, and prints one line of JSON of what it saw.
 *
 *   load -u 127.0.0.1:9100 -p /v1/chat/completions -f bodies.jsonl [-H 'K: V']... [-c connections] [-t seconds]
 *        [-w warm-up seconds] [-n requests] [-r rate] [-S] [-x text]
 *
 * One epoll thread, HTTP/1.1 keep-alive. Every answer is read to its end and checked. Each line of the file is the body
 * of a request; they are taken in turn, so as many lines as requests make every request another one.
 * -S  the answer is a stream of events: time to the first, the way of each chunk (by the stamp of `upstream`), [DONE]
 * -r  that many requests a second, whatever comes back: a latency counts from when a request was due; without it -c
 *     requests are always under way
 * -x  an answer without this text is an error
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    double *v;
    size_t n, cap;
} figures;

typedef struct {
    char *text;
    size_t size;
} request;

typedef struct {
    request *r;
    int fd, busy, hdr, status, chunked, dead;
    long cl;
    char *b;
    size_t n, cap, off; /* off: body start */
    char *o;
    size_t on, ooff;
    size_t cpos;
    int cstate;
    long cleft; /* chunk decoder over b[cpos..] */
    size_t spos;
    uint64_t t0, tfirst, tlast;
    long chunks;
    int done;
    char cur;
    int fresh;
} conn;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void push(figures *a, double x) {
    if (a->n == a->cap) {
        a->cap = a->cap ? a->cap * 2 : 65536;
        a->v = realloc(a->v, a->cap * sizeof(double));
    }
    a->v[a->n++] = x;
}

static int order(const void *a, const void *b) {
    double x = *(double *)a, y = *(double *)b;
    return x < y ? -1 : x > y;
}

static double share(figures *a, double p) {
    if (!a->n) return 0;
    size_t i = (size_t)(p * (a->n - 1) + 0.5);
    return a->v[i];
}

static void show(const char *k, figures *a) {
    if (a->n) qsort(a->v, a->n, sizeof(double), order);
    double s = 0;
    for (size_t i = 0; i < a->n; i++) s += a->v[i];
    printf(",\"%s\":{\"n\":%zu,\"mean\":%.1f,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}", k,
           a->n, a->n ? s / a->n : 0, share(a, .5), share(a, .9), share(a, .99), share(a, .999), share(a, 1));
}

static struct sockaddr_in server;
static int epoll, streamed;
static request *requests;
static size_t known, turn;
static const char *expect;
static long finished;
static figures lat, ttft, transit, gap, total;
static long ok, bad_status, bad_connection, bad_body, unended, reconnected, bytes, chunks_read;
static int last_bad;
static char badtext[400];
static uint64_t begun, warm, until;
static long wanted;
static double rate;
static long started, due_i;
static conn *connections;
static int most;
static uint64_t first_measured, last_measured;

static int dial(conn *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (void *)&server, sizeof server) < 0 && errno != EINPROGRESS) {
        close(c->fd);
        c->fd = -1;
        return -1;
    }
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
    c->fresh = 1;
    return 0;
}

static void hang(conn *c) {
    if (c->fd >= 0) {
        close(c->fd);
        c->fd = -1;
    }
}

static void send_more(conn *c) {
    while (c->ooff < c->r->size) {
        ssize_t k = send(c->fd, c->r->text + c->ooff, c->r->size - c->ooff, MSG_NOSIGNAL);
        if (k < 0) return;
        c->ooff += k;
    }
}

static void fire(conn *c, uint64_t t0) {
    c->r = &requests[turn++ % known];
    c->busy = 1;
    c->hdr = 0;
    c->status = 0;
    c->chunked = 0;
    c->cl = -1;
    c->n = 0;
    c->off = 0;
    c->ooff = 0;
    c->cpos = 0;
    c->cstate = 0;
    c->cleft = 0;
    c->spos = 0;
    c->tfirst = c->tlast = 0;
    c->chunks = 0;
    c->done = 0;
    c->t0 = t0;
    started++;
    if (c->fd < 0 && dial(c) < 0) {
        c->busy = 0;
        bad_connection++;
        c->dead = 1;
        return;
    }
    send_more(c);
}

static int may_start(uint64_t t) { return t < until && (!wanted || started < wanted); }

static void send_next(conn *c, uint64_t t) {
    if (!may_start(t)) return;
    if (rate <= 0) {
        fire(c, now());
        return;
    }
    uint64_t due = begun + (uint64_t)(due_i * 1e9 / rate);
    if (due <= t) {
        due_i++;
        fire(c, due);
    }
}

/* The beginning of the first bad answer. */
static void keep_bad(conn *c) {
    if (badtext[0]) return;
    size_t k = c->n > 380 ? 380 : c->n;
    for (size_t i = 0; i < k; i++) {
        char ch = c->b[i];
        badtext[i] = (ch < 32 || ch == '"' || ch == '\\') ? ' ' : ch;
    }
}

static void finish(conn *c, uint64_t t, int eof) {
    c->busy = 0;
    int good = 1;
    finished++;
    if (c->status != 200) {
        bad_status++;
        good = 0;
        last_bad = c->status;
        keep_bad(c);
    } else if (streamed && !c->done) {
        unended++;
        good = 0;
    } else if (expect && !memmem(c->b + c->off, c->n - c->off, expect, strlen(expect))) {
        bad_body++;
        good = 0;
        keep_bad(c);
    }
    if (good && t >= warm && c->t0 >= warm) {
        ok++;
        if (!first_measured) first_measured = c->t0;
        last_measured = t;
        push(&lat, (t - c->t0) / 1e3);
        if (streamed) {
            push(&ttft, (c->tfirst - c->t0) / 1e3);
            push(&total, (t - c->t0) / 1e3);
            chunks_read += c->chunks;
        }
    }
    if (eof) {
        hang(c);
        reconnected++;
    }
    send_next(c, t);
}

static uint64_t unstamp(const char *p) {
    uint64_t v = 0;
    for (int i = 0; i < 16; i++) {
        if (p[i] < 'a' || p[i] > 'p') return 0;
        v = v << 4 | (uint64_t)(p[i] - 'a');
    }
    return v;
}

static void scan(conn *c, uint64_t t) { /* stamps and [DONE] in the raw body; chunk framing never splits what we look
                                           for in practice: a torn one is met again */
    size_t i = c->spos;
    while (i < c->n) {
        char *p = memchr(c->b + i, '|', c->n - i);
        if (!p) {
            i = c->n;
            break;
        }
        size_t k = p - c->b;
        if (k + 18 > c->n) {
            i = k;
            break;
        }
        if (p[17] == '|') {
            uint64_t s = unstamp(p + 1);
            if (s) {
                if (c->t0 >= warm) {
                    push(&transit, ((double)t - (double)s) / 1e3);
                    if (c->tlast && c->tlast != t) push(&gap, (t - c->tlast) / 1e3);
                    else if (c->tlast) push(&gap, 0);
                }
                if (!c->tfirst) c->tfirst = t;
                c->tlast = t;
                c->chunks++;
                i = k + 18;
                continue;
            }
        }
        i = k + 1;
    }
    size_t from = c->spos > c->off + 16 ? c->spos - 16 : c->off;
    if (!c->done && memmem(c->b + from, c->n - from, "[DONE]", 6)) c->done = 1;
    c->spos = i;
}

/* 1: answer complete; 0: more to come; -1: nonsense */
static int parse(conn *c, uint64_t t) {
    if (!c->hdr) {
        char *h = memmem(c->b, c->n, "\r\n\r\n", 4);
        if (!h) return 0;
        c->hdr = 1;
        c->off = h - c->b + 4;
        c->status = atoi(c->b + 9);
        c->cpos = c->off;
        c->spos = c->off;
        for (char *l = c->b; l < h;) {
            char *nl = memmem(l, h + 2 - l, "\r\n", 2);
            if (!nl) break;
            if (!strncasecmp(l, "content-length:", 15)) c->cl = atol(l + 15);
            else if (!strncasecmp(l, "transfer-encoding:", 18)) c->chunked = 1;
            l = nl + 2;
        }
    }
    if (streamed) scan(c, t);
    if (c->chunked) {
        for (;;) {
            if (c->cstate == 0) {
                char *nl = memmem(c->b + c->cpos, c->n - c->cpos, "\r\n", 2);
                if (!nl) return 0;
                c->cleft = strtol(c->b + c->cpos, 0, 16);
                c->cpos = nl + 2 - c->b;
                c->cstate = c->cleft ? 1 : 2;
            }
            if (c->cstate == 1) {
                size_t a = c->n - c->cpos;
                if (a < (size_t)c->cleft + 2) return 0;
                c->cpos += c->cleft + 2;
                c->cstate = 0;
            }
            if (c->cstate == 2) {
                char *nl = memmem(c->b + c->cpos, c->n - c->cpos, "\r\n", 2);
                if (!nl) return 0;
                if (nl == c->b + c->cpos) return 1;
                c->cpos = nl + 2 - c->b;
            }
        }
    }
    if (c->cl >= 0) return c->n - c->off >= (size_t)c->cl;
    return 0;
}

/* One request for each line of a file; one without a body where there is no file. */
static void read_requests(const char *file, const char *path, const char *host, const char *headers) {
    FILE *f = file ? fopen(file, "rb") : NULL;
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    if (file && !f) {
        perror(file);
        exit(2);
    }
    do {
        size = f ? getline(&line, &room, f) : 0;
        if (size < 0) break;
        while (size && line[size - 1] == '\n') size--;
        if (f && !size) continue;
        requests = realloc(requests, (known + 1) * sizeof *requests);
        request *r = &requests[known++];
        r->text = malloc(size + strlen(headers) + 1024);
        r->size = sprintf(r->text, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: load\r\nAccept: */*\r\n%s",
                          f ? "POST" : "GET", path, host, headers);
        if (f) r->size += sprintf(r->text + r->size, "Content-Type: application/json\r\nContent-Length: %zd\r\n", size);
        r->size += sprintf(r->text + r->size, "\r\n");
        memcpy(r->text + r->size, line, size);
        r->size += size;
    } while (f);
    if (!known) {
        fprintf(stderr, "%s is empty\n", file);
        exit(2);
    }
}

int main(int ac, char **av) {
    int o;
    most = 1;
    double T = 5, W = 0.5;
    const char *u = 0, *path = "/v1/chat/completions", *file = 0;
    char hdrs[8192] = "";
    while ((o = getopt(ac, av, "u:p:f:H:c:t:w:n:r:Sx:")) != -1) switch (o) {
        case 'u': u = optarg; break;
        case 'p': path = optarg; break;
        case 'f': file = optarg; break;
        case 'H':
            strcat(hdrs, optarg);
            strcat(hdrs, "\r\n");
            break;
        case 'c': most = atoi(optarg); break;
        case 't': T = atof(optarg); break;
        case 'w': W = atof(optarg); break;
        case 'n': wanted = atol(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 'S': streamed = 1; break;
        case 'x': expect = optarg; break;
        default: return 2;
        }
    if (!u) {
        fprintf(stderr, "need -u host:port\n");
        return 2;
    }
    char host[64];
    strncpy(host, u, 63);
    host[63] = 0;
    char *col = strchr(host, ':');
    int port = col ? atoi(col + 1) : 80;
    if (col) *col = 0;
    if (!strcmp(host, "localhost")) strcpy(host, "127.0.0.1");
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    inet_pton(AF_INET, host, &server.sin_addr);
    if (strncmp(host, "127.", 4)) {
        fprintf(stderr, "loopback only\n");
        return 2;
    }
    read_requests(file, path, u, hdrs);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit rl = {65536, 65536};
    setrlimit(RLIMIT_NOFILE, &rl);
    epoll = epoll_create1(0);
    connections = calloc(most, sizeof *connections);
    for (int i = 0; i < most; i++) {
        connections[i].fd = -1;
        connections[i].cap = 65536;
        connections[i].b = malloc(connections[i].cap);
        if (dial(&connections[i]) < 0) bad_connection++;
    }
    usleep(20000);
    begun = now();
    warm = begun + (uint64_t)(W * 1e9);
    until = warm + (uint64_t)(T * 1e9);
    if (rate <= 0)
        for (int i = 0; i < most; i++) send_next(&connections[i], begun);
    uint64_t hard = until + 20000000000ull;
    struct epoll_event ev[512];
    for (;;) {
        uint64_t t = now();
        int busy = 0;
        if (t >= until || (wanted && started >= wanted)) {
            for (int i = 0; i < most; i++) busy += connections[i].busy;
            if (!busy) break;
            if (t > hard) break;
        }
        struct timespec to = {0, 50000000};
        if (rate > 0 && may_start(t)) {
            for (int i = 0; i < most; i++)
                if (!connections[i].busy) {
                    uint64_t due = begun + (uint64_t)(due_i * 1e9 / rate);
                    if (due > t) {
                        to.tv_nsec = due - t > 50000000 ? 50000000 : (long)(due - t);
                        break;
                    }
                    send_next(&connections[i], t);
                    to.tv_nsec = 0;
                }
        }
        int n = epoll_pwait2(epoll, ev, 512, &to, 0);
        for (int i = 0; i < n; i++) {
            conn *c = ev[i].data.ptr;
            if (c->fd < 0) continue;
            c->fresh = 0;
            if (ev[i].events & EPOLLOUT && c->busy && c->ooff < c->r->size) send_more(c);
            if (!(ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
            for (;;) {
                if (c->cap - c->n < 32768) {
                    c->cap *= 2;
                    c->b = realloc(c->b, c->cap);
                }
                ssize_t k = recv(c->fd, c->b + c->n, c->cap - c->n, 0);
                t = now();
                if (k < 0) {
                    if (errno != EAGAIN) {
                        if (c->busy) {
                            bad_connection++;
                            c->busy = 0;
                        }
                        hang(c);
                        send_next(c, t);
                    }
                    break;
                }
                if (k == 0) {
                    if (c->busy) {
                        if (c->hdr && !c->chunked && c->cl < 0) finish(c, t, 1);
                        else if (!c->n) { /* closed under us before a byte came: send again on a new connection */
                            uint64_t t0 = c->t0;
                            hang(c);
                            reconnected++;
                            started--;
                            fire(c, t0);
                        } else {
                            bad_connection++;
                            c->busy = 0;
                            hang(c);
                            send_next(c, t);
                        }
                    } else {
                        hang(c);
                        reconnected++;
                    }
                    break;
                }
                bytes += k;
                c->n += k;
                if (!c->busy) {
                    c->n = 0;
                    continue;
                }
                int r = parse(c, t);
                if (r == 1) {
                    int close_ = memmem(c->b, c->off, "onnection: close", 16) != 0;
                    finish(c, t, close_);
                    if (close_) break;
                }
            }
        }
    }
    double el = last_measured > first_measured ? (last_measured - first_measured) / 1e9 : 0;
    struct rusage ru;
    getrusage(RUSAGE_SELF, &ru);
    printf("{\"ok\":%ld,\"all\":%ld,\"rps\":%.1f,\"seconds\":%.2f,\"conns\":%d,\"e_status\":%ld,\"e_conn\":%ld,\"e_"
           "body\":%ld,\"e_nodone\":%ld,\"reconnects\":%ld,\"bytes\":%ld,\"last_status\":%d,\"cpu\":%.2f",
           ok, finished, el > 0 ? ok / el : 0, el, most, bad_status, bad_connection, bad_body, unended, reconnected,
           bytes, last_bad,
           ru.ru_utime.tv_sec + ru.ru_utime.tv_usec / 1e6 + ru.ru_stime.tv_sec + ru.ru_stime.tv_usec / 1e6);
    show("lat_us", &lat);
    if (streamed) {
        printf(",\"chunks\":%ld,\"chunks_per_s\":%.1f", chunks_read, el > 0 ? chunks_read / el : 0);
        show("ttft_us", &ttft);
        show("transit_us", &transit);
        show("gap_us", &gap);
    }
    printf(",\"bad\":\"%s\"}\n", badtext);
    return ok ? 0 : 1;
}
