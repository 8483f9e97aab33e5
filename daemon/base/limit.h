/* Every limit of the program, with its reason. Bytes, counts and milliseconds. */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#define LIMIT_ID_BYTES 64       /* a slug; two of them and a change name fit a topic */
#define LIMIT_TOPIC_BYTES 200   /* libzmq 4.3.4 breaks subscriptions of 246 bytes and more */
#define LIMIT_TOPIC_LEVELS 8    /* prev[] of a record */
#define LIMIT_EVENT_BYTES 65536 /* CloudEvents' advice for one event */
#define LIMIT_URL_BYTES 8192    /* what servers accept in practice */
#define LIMIT_TITLE_BYTES 1024
#define LIMIT_SENTENCE_BYTES 8192    /* longer ones are cut there: no sentence of a person is longer */
#define LIMIT_CONTEXT_BYTES 64       /* prefix and suffix of a statement, as in a TextQuoteSelector */
#define LIMIT_FETCH_BYTES (8u << 20) /* default of a source's max_size */
#define LIMIT_FETCH_BYTES_MAX (64u << 20)
#define LIMIT_FETCH_MS 30000           /* default of a source's timeout */
#define LIMIT_REDIRECTS 5              /* browsers allow 20; a feed that needs more than 5 is broken */
#define LIMIT_READ_ARENA (512u << 20)  /* one reading; 64 bytes a byte of the largest default fetch */
#define LIMIT_FEED_ITEMS 5000          /* items read of one feed */
#define LIMIT_TREE_NODES 1000000       /* of one page or feed: more than any page of people holds */
#define LIMIT_STATEMENTS 20000         /* statements of one document */
#define LIMIT_HTML_DEPTH 512           /* nesting that a walk follows; deeper content is kept as text */
#define LIMIT_FACTS_PER_STATEMENT 32   /* candidates that are compared slot by slot */
#define LIMIT_CONFIG_BYTES (16u << 20) /* one configuration file */
#define LIMIT_CONFIG_ERRORS 200        /* reported at once; a file with more is not a configuration */
#define LIMIT_CALL_BYTES (8u << 20)    /* body of a control call (an article to learn from) */
#define LIMIT_FRAME_BYTES 65536        /* ZMQ_MAXMSGSIZE of the query socket: one frame of a request */
#define LIMIT_REPLAY_BYTES 262144
#define LIMIT_REPLAY_ROWS 1000
#define LIMIT_BATCH_EVENTS 1000 /* events of one group commit */
#define LIMIT_TRIM_MS 3         /* deleting old events at once; their commit takes as long again or longer */
#define LIMIT_SNAPSHOTS 8       /* read at the same time; each holds a connection and keeps the write-ahead log */

/* watch */
#define LIMIT_BACKOFF_MS 21600000    /* 6 h, the longest wait after failures: what is back is noticed the same day */
#define LIMIT_RETRY_MS 60000         /* first wait after a failure that may pass by itself */
#define LIMIT_SPREAD_MS 5000         /* overdue sources are spread over this at the start */
#define LIMIT_VALIDATOR_BYTES 1024   /* ETag and Last-Modified: real ones have 30 bytes */
#define LIMIT_ERROR_BODY_BYTES 65536 /* of a page that says "404": read to keep the connection, else cut */
#define LIMIT_FOLDER_FILES 200000    /* files of one watched folder, some 150 bytes of memory each */
#define LIMIT_PASS_WORK_MS 10        /* work in one pass of the loop before others get their turn */

#endif
