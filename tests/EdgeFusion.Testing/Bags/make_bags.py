#!/usr/bin/env python3
"""Writes the ROS 1 bags of this folder with rosbag itself (Debian: python3-rosbag, python3-sensor-msgs).

All contents are computed here: tones, sines and one-coloured pictures. Run it in this folder to write them again.
"""
import io
import math
import struct
import sys

import genpy
import genpy.dynamic
import rosbag
from geometry_msgs.msg import WrenchStamped
from sensor_msgs.msg import CompressedImage, Image, Imu, JointState
from std_msgs.msg import String

START = 1_700_000_000
AUDIO = genpy.dynamic.generate_dynamic("audio_common_msgs/AudioData", "uint8[] data\n")["audio_common_msgs/AudioData"]
INFO = genpy.dynamic.generate_dynamic(
    "audio_common_msgs/AudioInfo",
    "uint8 channels\nuint32 sample_rate\nstring sample_format\nuint32 bitrate\nstring coding_format\n",
)["audio_common_msgs/AudioInfo"]


def at(seconds):
    return genpy.Time(START, 0) + genpy.Duration.from_sec(seconds)


def wrench(i, seconds):
    message = WrenchStamped()
    message.header.seq = i
    message.header.stamp = at(seconds)
    message.header.frame_id = "wrist"
    message.wrench.force.x = i * 0.25
    message.wrench.force.z = -9.75
    message.wrench.torque.y = math.floor(8 * math.sin(i / 8)) / 8
    return message


def joints(i, seconds):
    message = JointState()
    message.header.seq = i
    message.header.stamp = at(seconds)
    message.name = ["joint_%d" % k for k in range(7)]
    message.position = [k + math.floor(16 * math.sin(i / 16)) / 16 for k in range(7)]
    message.velocity = [0.0] * 7
    message.effort = [k * 0.5 for k in range(7)]
    return message


def image(i, seconds):
    message = Image()
    message.header.seq = i
    message.header.stamp = at(seconds)
    message.height, message.width, message.encoding, message.step = 64, 64, "rgb8", 192
    message.data = bytes([200, 20 + i, 30]) * (64 * 64)
    return message


def cell(path):
    """Two and a half seconds of the four sensors of the work cell, and a topic that is none."""
    samples = []
    for i in range(25):
        samples.append((i / 10, "/camera/image_raw", image(i, i / 10)))
    for i in range(250):
        samples.append((i / 100, "/wrist/wrench", wrench(i, i / 100)))
        samples.append((i / 100, "/joint_states", joints(i, i / 100)))
    info = INFO(channels=1, sample_rate=16000, sample_format="S16LE", bitrate=0, coding_format="wave")
    samples.append((0, "/audio/info", info))
    block = b"".join(struct.pack("<h", int(8000 * math.sin(math.pi * k / 8))) for k in range(1600))
    for i in range(25):
        samples.append(((i + 1) / 10, "/audio", AUDIO(data=block)))
    samples.append((1, "/chatter", String(data="hello")))
    with rosbag.Bag(path, "w", compression="bz2", chunk_threshold=65536) as bag:
        for seconds, topic, message in sorted(samples, key=lambda sample: sample[0]):
            bag.write(topic, message, at(seconds))


def wrenches(path, compression):
    with rosbag.Bag(path, "w", compression=compression, chunk_threshold=4096) as bag:
        for i in range(60):
            bag.write("/wrist/wrench", wrench(i, i / 100), at(i / 100))


if __name__ == "__main__":
    cell("cell.bag")
    wrenches("none.bag", "none")
    wrenches("lz4.bag", "lz4")
