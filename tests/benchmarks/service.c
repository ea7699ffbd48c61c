/* An OpenAI-compatible service that costs nothing: every answer is bytes made before the first request.
 *
 * POST .../chat/completions   1 KB of answer, or with "stream": true in the body 2,000 events in large writes;
 *   under /each/             each event is a write of its own;
 *   under /paced/            500 events, one a millisecond, as models send them one by one;
 *   under /endless/          events until the client goes.
 * It prints its port, and serves until it is killed. One thread, epoll, HTTP/1.1 with keep-alive.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define EVENTS 2000
#define PACED 500
#define MOST 4096
#define INPUT 262144

static char *whole, *head, *events, *last;
static size_t whole_size, head_size, events_size, last_size, one_size;

struct client {
    int fd;
    char *input;
    size_t have;
    const char *parts[3];
    size_t sizes[3];
    int part, parts_left;
    size_t sent, step; /* step: bytes of one write, 0 for as many as go */
    int endless;
    int paced, due; /* due: an event may be sent, until the next tick */
    struct client *next_paced;
};

static char *format_event(size_t *size, const char *delta, const char *reason) {
    char data[1024], *chunk = malloc(1200);
    int length = snprintf(data, sizeof data,
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\","
        "\"system_fingerprint\":\"fp_1\",\"choices\":[{\"index\":0,\"delta\":%s,\"logprobs\":null,"
        "\"finish_reason\":%s}]}\n\n", delta, reason);
    *size = (size_t)snprintf(chunk, 1200, "%x\r\n%s\r\n", length, data);
    return chunk;
}

static void prepare(void) {
    char body[2048], text[1025];
    memset(text, 'x', 1024);
    text[1024] = 0;
    int length = snprintf(body, sizeof body,
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"bench\",\"choices\":"
        "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null},\"logprobs\":null,"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":256,\"total_tokens\":265}}", text);
    whole = malloc(4096);
    whole_size = (size_t)snprintf(whole, 4096,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, body);
    head = strdup("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    head_size = strlen(head);
    char *one = format_event(&one_size, "{\"content\":\"abcdefg \"}", "null");
    events_size = one_size * EVENTS;
    events = malloc(events_size);
    for (int index = 0; index < EVENTS; index++) memcpy(events + (size_t)index * one_size, one, one_size);
    size_t finish_size;
    char *finish = format_event(&finish_size, "{}", "\"stop\"");
    last = malloc(finish_size + 64);
    memcpy(last, finish, finish_size);
    last_size = finish_size + (size_t)sprintf(last + finish_size, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

static int epoll, ticks;
static struct client *paced_clients;

static void tick_every(long nanoseconds) {
    struct itimerspec times = {{0, nanoseconds}, {0, nanoseconds}};
    timerfd_settime(ticks, 0, &times, NULL);
}

static void begin_pace(struct client *client) {
    if (!paced_clients) tick_every(1000000);
    client->paced = 1;
    client->due = 0;
    client->next_paced = paced_clients;
    paced_clients = client;
}

static void end_pace(struct client *client) {
    struct client **link = &paced_clients;
    if (!client->paced) return;
    client->paced = 0;
    while (*link != client) link = &(*link)->next_paced;
    *link = client->next_paced;
    if (!paced_clients) tick_every(0);
}

static void watch(struct client *client, int write) {
    struct epoll_event wish = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = client};
    epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &wish);
}

static void drop(struct client *client) {
    end_pace(client);
    close(client->fd);
    free(client->input);
    free(client);
}

/* Send what is due; 0 if the client has gone. */
static int flush(struct client *client) {
    while (client->parts_left) {
        if (client->paced && client->part == 1) {
            if (!client->due) break;
            client->due = 0;
        }
        size_t size = client->sizes[client->part], left = size - client->sent;
        size_t due = client->step && client->step < left ? client->step : left;
        ssize_t wrote = send(client->fd, client->parts[client->part] + client->sent, due, MSG_NOSIGNAL);
        if (wrote < 0) {
            if (errno == EAGAIN) { watch(client, 1); return 1; }
            return 0;
        }
        client->sent += (size_t)wrote;
        if (client->sent == size) {
            client->sent = 0;
            if (client->endless && client->part == 1) continue;
            client->part++;
            client->parts_left--;
        }
    }
    if (!client->parts_left) end_pace(client);
    watch(client, 0);
    return 1;
}

static int answer(struct client *client, const char *request, const char *body, size_t size) {
    int stream = memmem(body, size, "\"stream\": true", 14) || memmem(body, size, "\"stream\":true", 13);
    client->part = 0;
    client->sent = 0;
    client->endless = strstr(request, " /endless/") != NULL;
    int paced = strstr(request, " /paced/") != NULL;
    client->step = paced || strstr(request, " /each/") ? one_size : 0;
    if (!stream) {
        client->parts[0] = whole; client->sizes[0] = whole_size; client->parts_left = 1;
    } else {
        client->parts[0] = head; client->sizes[0] = head_size;
        client->parts[1] = events; client->sizes[1] = paced ? one_size * PACED : events_size;
        client->parts[2] = last; client->sizes[2] = last_size;
        client->parts_left = 3;
        if (paced) begin_pace(client);
    }
    return flush(client);
}

static int take(struct client *client) {
    for (;;) {
        ssize_t got = recv(client->fd, client->input + client->have, INPUT - 1 - client->have, 0);
        if (got == 0) return 0;
        if (got < 0) return errno == EAGAIN;
        client->have += (size_t)got;
        client->input[client->have] = 0;
        char *end = strstr(client->input, "\r\n\r\n");
        if (!end) { if (client->have > INPUT / 2) return 0; continue; }
        char *field = strcasestr(client->input, "\r\ncontent-length:");
        size_t length = field && field < end ? strtoul(field + 17, NULL, 10) : 0;
        size_t before = (size_t)(end - client->input) + 4;
        if (before + length > INPUT - 1) return 0;
        if (client->have < before + length) continue;
        *end = 0;
        int well = answer(client, client->input, client->input + before, length);
        memmove(client->input, client->input + before + length, client->have - before - length);
        client->have -= before + length;
        if (!well) return 0;
    }
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    prepare();
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    epoll = epoll_create1(0);
    struct epoll_event wish = {.events = EPOLLIN, .data.ptr = NULL}, found[MOST];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &wish);
    ticks = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    wish = (struct epoll_event){.events = EPOLLIN, .data.ptr = &ticks};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ticks, &wish);
    for (;;) {
        int count = epoll_wait(epoll, found, MOST, -1), ticked = 0;
        for (int index = 0; index < count; index++) {
            struct client *client = found[index].data.ptr;
            if (found[index].data.ptr == &ticks) { ticked = 1; continue; }
            if (!client) {
                int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                client = calloc(1, sizeof *client);
                client->fd = fd;
                client->input = malloc(INPUT);
                wish = (struct epoll_event){.events = EPOLLIN, .data.ptr = client};
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wish);
                continue;
            }
            int well = 1;
            if (found[index].events & EPOLLOUT) well = flush(client);
            if (well && found[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) well = take(client);
            if (!well) drop(client);
        }
        unsigned long long passed;
        if (ticked && read(ticks, &passed, sizeof passed) > 0)
            for (struct client *client = paced_clients, *next; client; client = next) {
                next = client->next_paced;
                client->due = 1;
                if (!flush(client)) drop(client);
            }
    }
}
