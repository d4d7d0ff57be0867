"""Apache Kafka behind narrow types of our own: every call has a deadline, and a client that failed is built anew.

aiokafka waits for ever on a dead broker (its issue 1101) and restarts assigned partitions at Kafka's committed
offset; so nothing outside this package sees it, and nothing here trusts it with a place in the topic.
"""

from services.kafka.client import KafkaUnavailable, Partition, Record, RecordTooLarge
from services.kafka.consumer import Consumer, open_consumer
from services.kafka.producer import Headers, Producer, event_headers, open_producer
from services.kafka.topics import Check, Watcher, check, create_topics, find_cluster_id

__all__ = [
    "Check",
    "Consumer",
    "Headers",
    "KafkaUnavailable",
    "Partition",
    "Producer",
    "Record",
    "RecordTooLarge",
    "Watcher",
    "check",
    "create_topics",
    "event_headers",
    "find_cluster_id",
    "open_consumer",
    "open_producer",
]
