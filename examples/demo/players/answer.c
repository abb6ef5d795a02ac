/* A libzmq program as its users write it: answers every request with the same text in capitals. */
#include <ctype.h>
#include <stdio.h>
#include <zmq.h>

int main(void) {
    void *context = zmq_ctx_new();
    void *responder = zmq_socket(context, ZMQ_REP);
    if (zmq_bind(responder, "tcp://127.0.0.1:*") != 0) {
        perror("zmq_bind");
        return 1;
    }
    char text[4096];
    size_t size = sizeof text;
    zmq_getsockopt(responder, ZMQ_LAST_ENDPOINT, text, &size);
    printf("%s\n", text);
    fflush(stdout);
    while (1) {
        int length = zmq_recv(responder, text, sizeof text, 0);
        if (length < 0) {
            return 1;
        }
        for (int i = 0; i < length; i++) {
            text[i] = (char)toupper((unsigned char)text[i]);
        }
        zmq_send(responder, text, (size_t)length, 0);
    }
}
